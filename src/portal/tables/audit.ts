import type { Actor } from '../../core/ports.ts';
import type { Database } from '../../system/sqlite.ts';

/** One change of the portal, by whom. */
export interface AuditEntry {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** As `core/actor.ts` makes it: `cli:root`, `page:ann@198.51.100.7`, `portal` for what it does by itself. */
  readonly actor: Actor;
  /** Verb and kind, e.g. `device edit`. */
  readonly action: string;
  /** What was changed: a name or an id. */
  readonly target: string;
  /** What is different, for people; never a secret. */
  readonly details: string;
}

/** All changes, for ever. */
export interface AuditTable {
  add(entry: Omit<AuditEntry, 'id'>): void;
  /** The newest ones, newest first. @param before only those with a smaller id, for the next page */
  latest(count: number, before?: number): readonly AuditEntry[];
  /** {@link AuditTable.latest} of those that have `text` in who, what, on what or the details. Any case. */
  search(text: string, count: number, before?: number): readonly AuditEntry[];
}

/** The table `audit`. */
export function createAuditTable(database: Database): AuditTable {
  const insert = database.prepare(
    'INSERT INTO audit (time, actor, action, target, details) VALUES (?, ?, ?, ?, ?)',
  );
  const select = database.prepare('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?');
  const find = database.prepare(
    `SELECT * FROM audit WHERE id < ? AND
       instr(lower(actor || char(10) || action || char(10) || target || char(10) || details), lower(?)) > 0
     ORDER BY id DESC LIMIT ?`,
  );
  return {
    search: (text, count, before = Number.MAX_SAFE_INTEGER) =>
      find.all(before, text, count) as AuditEntry[],
    add: ({ time, actor, action, target, details }) =>
      void insert.run(time, actor, action, target, details),
    latest: (count, before = Number.MAX_SAFE_INTEGER) => select.all(before, count) as AuditEntry[],
  };
}
