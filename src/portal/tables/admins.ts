import type { Database } from '../../system/sqlite.ts';

/** Somebody who may log in to the admin pages. The hash of the password is asked for apart. */
export interface Admin {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** The administrators. */
export interface AdminTable {
  get(name: string): Admin | null;
  /** By name. */
  all(): readonly Admin[];
  /** Stores an administrator, or gives one another password. @param hash as `site/password.ts` makes it */
  save(admin: Admin, hash: string): void;
  /** Null: no such administrator. */
  hashOf(name: string): string | null;
  remove(name: string): void;
}

/** The table `admins`. */
export function createAdminTable(database: Database): AdminTable {
  const select = database.prepare('SELECT name, created FROM admins WHERE name = ?');
  const selectAll = database.prepare('SELECT name, created FROM admins ORDER BY name');
  const selectHash = database.prepare('SELECT hash FROM admins WHERE name = ?');
  const upsert = database.prepare(
    `INSERT INTO admins (name, hash, created) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET hash = excluded.hash`,
  );
  const remove = database.prepare('DELETE FROM admins WHERE name = ?');
  return {
    get: (name) => (select.get(name) as Admin | undefined) ?? null,
    all: () => selectAll.all() as Admin[],
    save: ({ name, created }, hash) => void upsert.run(name, hash, created),
    hashOf: (name) => (selectHash.get(name) as { hash: string } | undefined)?.hash ?? null,
    remove: (name) => void remove.run(name),
  };
}
