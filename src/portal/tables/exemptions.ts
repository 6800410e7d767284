import type { ToldExemption } from '../../protocol/exemptions.ts';
import type { Database } from '../../system/sqlite.ts';

/** What a device allowed and blocked, as it told last. */
export interface StoredReport {
  readonly deviceId: string;
  /** When it was signed, milliseconds since 1970. */
  readonly sent: number;
  readonly exemptions: readonly ToldExemption[];
}

/** The exemptions of devices, and which entries of user lists come from them. */
export interface ExemptionTable {
  /** Replaces the device's former report. False when that is newer: an old one sent again changes nothing. */
  save(report: StoredReport): boolean;
  all(): readonly StoredReport[];
  /** Whether there is one with an exemption that ends at or before this moment. */
  hasEnded(now: number): boolean;
  /** Notes the next end of a device's exemptions; null: none ends. */
  setNextEnd(deviceId: string, at: number | null): void;
  /** Prefixes that were put on user lists, by list. */
  listed(): ReadonlyMap<string, ReadonlySet<string>>;
  setListed(list: string, prefixes: Iterable<string>): void;
}

/** The tables, as a step of the schema. */
export const EXEMPTION_TABLES = `
  CREATE TABLE exemption_reports (
    device_id  TEXT PRIMARY KEY REFERENCES devices (id),
    sent       INTEGER NOT NULL,
    exemptions TEXT NOT NULL,
    next_end   INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE listed_exemptions (
    list   TEXT NOT NULL,
    prefix TEXT NOT NULL,
    PRIMARY KEY (list, prefix)
  ) STRICT, WITHOUT ROWID;
`;

interface Row {
  readonly deviceId: string;
  readonly sent: number;
  readonly exemptions: string;
}

/** The tables `exemption_reports` and `listed_exemptions`. */
export function createExemptionTable(database: Database): ExemptionTable {
  const upsert = database.prepare(
    `INSERT INTO exemption_reports (device_id, sent, exemptions) VALUES (?, ?, ?)
     ON CONFLICT (device_id) DO UPDATE SET sent = excluded.sent, exemptions = excluded.exemptions
     WHERE excluded.sent >= exemption_reports.sent`,
  );
  const selectAll = database.prepare(
    'SELECT device_id AS deviceId, sent, exemptions FROM exemption_reports ORDER BY device_id',
  );
  const ended = database.prepare('SELECT 1 FROM exemption_reports WHERE next_end <= ? LIMIT 1');
  const nextEnd = database.prepare('UPDATE exemption_reports SET next_end = ? WHERE device_id = ?');
  const selectListed = database.prepare('SELECT list, prefix FROM listed_exemptions');
  const unlist = database.prepare('DELETE FROM listed_exemptions WHERE list = ?');
  const list = database.prepare('INSERT INTO listed_exemptions VALUES (?, ?)');
  return {
    save: ({ deviceId, sent, exemptions }) =>
      upsert.run(deviceId, sent, JSON.stringify(exemptions)).changes > 0,
    all: () =>
      (selectAll.all() as Row[]).map((row) => ({
        ...row,
        exemptions: JSON.parse(row.exemptions) as ToldExemption[],
      })),
    hasEnded: (now) => ended.get(now) !== undefined,
    setNextEnd: (deviceId, at) => void nextEnd.run(at, deviceId),
    listed() {
      const lists = new Map<string, Set<string>>();
      for (const row of selectListed.all() as { list: string; prefix: string }[]) {
        lists.set(row.list, (lists.get(row.list) ?? new Set()).add(row.prefix));
      }
      return lists;
    },
    setListed: (name, prefixes) =>
      database.transaction(() => {
        unlist.run(name);
        for (const prefix of prefixes) list.run(name, prefix);
      }),
  };
}
