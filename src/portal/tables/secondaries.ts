import type { Database } from '../../system/sqlite.ts';

/** A name server that serves a copy of the zone. Its key is asked for apart. */
export interface Secondary {
  /** Also the name of its TSIG key. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Whether it is told of new serials (NOTIFY). */
  readonly notify: boolean;
  /** The serial that it has confirmed to have been told; null: none yet. */
  readonly notified: number | null;
}

/** The secondaries. */
export interface SecondaryTable {
  get(name: string): Secondary | null;
  /** By name. */
  all(): readonly Secondary[];
  save(secondary: Secondary, key: string): void;
  setNotified(name: string, serial: number): void;
  /** TSIG secret in base64; null: no such secondary. */
  keyOf(name: string): string | null;
  remove(name: string): void;
}

interface Row extends Omit<Secondary, 'notify'> {
  readonly notify: number;
}

const COLUMNS = 'name, address, port, notify, notified';

/** The table `secondaries`. */
export function createSecondaryTable(database: Database): SecondaryTable {
  const select = database.prepare(`SELECT ${COLUMNS} FROM secondaries WHERE name = ?`);
  const selectAll = database.prepare(`SELECT ${COLUMNS} FROM secondaries ORDER BY name`);
  const selectKey = database.prepare('SELECT key FROM secondaries WHERE name = ?');
  const replace = database.prepare(
    `INSERT OR REPLACE INTO secondaries (${COLUMNS}, key) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare('UPDATE secondaries SET notified = ? WHERE name = ?');
  const remove = database.prepare('DELETE FROM secondaries WHERE name = ?');
  const secondaryOf = (row: Row): Secondary => ({ ...row, notify: row.notify !== 0 });
  return {
    get: (name) => {
      const row = select.get(name) as Row | undefined;
      return row === undefined ? null : secondaryOf(row);
    },
    all: () => (selectAll.all() as Row[]).map(secondaryOf),
    save: ({ name, address, port, notify, notified }, key) =>
      void replace.run(name, address, port, Number(notify), notified, key),
    setNotified: (name, serial) => void update.run(serial, name),
    keyOf: (name) => (selectKey.get(name) as { key: string } | undefined)?.key ?? null,
    remove: (name) => void remove.run(name),
  };
}
