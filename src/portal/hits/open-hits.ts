import { isAbsolute, join } from 'node:path';
import { SettingsError } from '../../core/errors.ts';
import type { Store } from '../store.ts';
import type { HitStore } from './hit-store.ts';
import { openPostgresqlSession } from './postgresql-session.ts';
import { createSqlHitStore } from './sql-hit-store.ts';
import { openSqliteSession } from './sqlite-session.ts';

const DATABASE = 'hits_database';
const FILE = 'hits.db';

/**
 * Where the hits are: as given, else as it was given last, else `<stateDir>/hits.db`. What is given is remembered, so that
 * commands beside the server find it.
 * @param given `postgresql://user@host/database`, the absolute path of a file, or `hits.db` for the default
 * @throws SettingsError for anything else, and for an address with a password
 */
export function hitsDatabaseOf({ values }: Store, stateDir: string, given?: string): string {
  if (given !== undefined) values.set(DATABASE, checkDatabase(given));
  const database = values.get(DATABASE) ?? FILE;
  return database === FILE ? join(stateDir, FILE) : database;
}

/** The hit store of a database from {@link hitsDatabaseOf}; it is opened by its first use. */
export function openHits(database: string): HitStore {
  const isFile = isAbsolute(database);
  return createSqlHitStore(() =>
    isFile ? openSqliteSession(database) : openPostgresqlSession(database),
  );
}

function checkDatabase(text: string): string {
  if (text === FILE || isAbsolute(text)) return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['postgresql:', 'postgres:'].includes(url.protocol)) {
    throw new SettingsError('the database of hits is neither a path nor an address of PostgreSQL', {
      remedy: 'Give hits.db, an absolute path, or postgresql://user@host/database.',
    });
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    throw new SettingsError('the address of the database of hits has a password in it', {
      remedy:
        'Others would see it in the list of processes: put it into PGPASSWORD or the file PGPASSFILE.',
    });
  }
  return text;
}
