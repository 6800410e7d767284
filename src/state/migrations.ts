/**
 * The schema of the agent's database, as an append-only list: each step runs once, in its own transaction.
 * Never change a step that was released; add one. After a downgrade the older release reads what it knows of the tables
 * (`takeBackDatabase`): columns and values in JSON keep their meaning, what means something else gets a new name.
 */
import { EXEMPTION_TABLE } from './exemptions.ts';
import { HIT_TABLES } from './hit-tables.ts';

const RECORDS = `
  -- What the agent did, for the activity list. Times in ms since 1970.
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    task TEXT NOT NULL,
    actor TEXT NOT NULL,
    started INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL
  );
  CREATE INDEX runs_by_task ON runs (task, id);
  -- Policies that were enforced, the newest last. The record is JSON: it is only ever read whole.
  CREATE TABLE policies (id INTEGER PRIMARY KEY, taken_at INTEGER NOT NULL, record TEXT NOT NULL);
  -- Single values: the portal's settings record, the schedule, the service's beat.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** All steps, oldest first. */
export const migrations: readonly string[] = [RECORDS, ...HIT_TABLES, EXEMPTION_TABLE];
