import type { Database } from '../../system/sqlite.ts';

/** A key with which a program uses the API, without the key itself: only its digest is kept. */
export interface ApiKey {
  readonly name: string;
  /** What it may do; see `model/api-keys.ts`. */
  readonly scopes: readonly string[];
  /** When it was made and when it was used last (to the hour), milliseconds since 1970. */
  readonly created: number;
  readonly used: number | null;
}

/** The API keys. */
export interface ApiKeyTable {
  get(name: string): ApiKey | null;
  /** By name. */
  all(): readonly ApiKey[];
  /** @param digest SHA-256 of the key, hex */
  add(key: ApiKey, digest: string): void;
  withDigest(digest: string): ApiKey | null;
  setUsed(name: string, time: number): void;
  remove(name: string): void;
}

interface Row extends Omit<ApiKey, 'scopes'> {
  readonly scopes: string;
}

const COLUMNS = 'name, scopes, created, used';

/** The table `api_keys`. */
export function createApiKeyTable(database: Database): ApiKeyTable {
  const one = (where: string) => {
    const select = database.prepare(`SELECT ${COLUMNS} FROM api_keys WHERE ${where}`);
    return (value: string): ApiKey | null => {
      const row = select.get(value) as Row | undefined;
      return row === undefined ? null : keyOf(row);
    };
  };
  const selectAll = database.prepare(`SELECT ${COLUMNS} FROM api_keys ORDER BY name`);
  const insert = database.prepare(
    `INSERT INTO api_keys (${COLUMNS}, digest) VALUES (?, ?, ?, ?, ?)`,
  );
  const update = database.prepare('UPDATE api_keys SET used = ? WHERE name = ?');
  const remove = database.prepare('DELETE FROM api_keys WHERE name = ?');
  return {
    get: one('name = ?'),
    withDigest: one('digest = ?'),
    all: () => (selectAll.all() as Row[]).map(keyOf),
    add: ({ name, scopes, created, used }, digest) =>
      void insert.run(name, scopes.join(' '), created, used, digest),
    setUsed: (name, time) => void update.run(time, name),
    remove: (name) => void remove.run(name),
  };
}

function keyOf({ scopes, ...row }: Row): ApiKey {
  return { ...row, scopes: scopes.split(' ') };
}
