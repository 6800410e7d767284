import { HostError } from '../core/errors.ts';
import type { Run, RunFilter, RunLog } from '../core/ports.ts';
import type { Database, Statement } from '../system/sqlite.ts';

/** Runs kept; older ones go. */
const KEPT_RUNS = 5_000;

interface RunRow {
  readonly id: number;
  readonly task: Run['task'];
  readonly actor: string;
  readonly started: number;
  readonly duration_ms: number;
  readonly outcome: Run['outcome'];
  readonly message: string;
}

/** Runs kept in memory while the database cannot be written. */
const KEPT_UNSAVED = 100;

/**
 * The activity list in the database. A run that cannot be written (a full disk) is kept in memory, shown like the
 * others, and written with the next one: the reason of a failure must not be lost to the failure.
 */
export function createRunLog(database: Database): RunLog {
  const insert = database.prepare(
    'INSERT INTO runs (task, actor, started, duration_ms, outcome, message) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const prune = database.prepare('DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?');
  const newest = database.prepare('SELECT * FROM runs ORDER BY id DESC LIMIT ?');
  const matching = database.prepare(
    `SELECT * FROM runs
     WHERE id < ? AND (? IS NULL OR task = ?) AND (? IS NULL OR outcome = ?)
       AND instr(actor, ?) > 0 AND started >= ?
     ORDER BY id DESC LIMIT ?`,
  );
  const ofTask = database.prepare(
    `SELECT * FROM runs WHERE task = ? AND outcome IN (SELECT value FROM json_each(?))
     ORDER BY id DESC LIMIT 1`,
  );
  const actors = database.prepare(
    "SELECT DISTINCT actor FROM runs WHERE started >= ? AND actor LIKE '%@%'",
  );
  let unsaved: readonly Run[] = [];
  return {
    record(run) {
      unsaved = [...unsaved, run].slice(-KEPT_UNSAVED);
      if (save(database, unsaved, insert, prune)) unsaved = [];
    },
    recent: (limit) => [...unsaved.toReversed(), ...newest.all(limit).map(toRun)].slice(0, limit),
    search(filter, before, limit) {
      const { task, outcome, actor, since } = filter;
      const rows = matching.all(
        ...[before ?? Number.MAX_SAFE_INTEGER, task, task, outcome, outcome],
        ...[actor, since ?? 0, limit + 1],
      ) as RunRow[];
      const shown = rows.slice(0, limit);
      const first = before === null ? unsaved.toReversed().filter((run) => meets(run, filter)) : [];
      const next = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { runs: [...first, ...shown.map(toRun)], next };
    },
    actorsSince: (time) => actors.all(time).map((row) => (row as { actor: string }).actor),
    last(task, outcomes = ['done', 'unchanged', 'failed']) {
      const wanted = (run: Run): boolean => run.task === task && outcomes.includes(run.outcome);
      const row = ofTask.get(task, JSON.stringify(outcomes));
      return unsaved.findLast(wanted) ?? (row === undefined ? null : toRun(row));
    },
  };
}

function meets(run: Run, { task, outcome, actor, since }: RunFilter): boolean {
  const same = (task ?? run.task) === run.task && (outcome ?? run.outcome) === run.outcome;
  return same && run.actor.includes(actor) && run.started >= (since ?? 0);
}

function save(
  database: Database,
  runs: readonly Run[],
  insert: Statement,
  prune: Statement,
): boolean {
  try {
    database.transaction(() => {
      for (const { task, actor, started, durationMs, outcome, message } of runs) {
        insert.run(task, actor, started, durationMs, outcome, message);
      }
      prune.run(KEPT_RUNS);
    });
    return true;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

function toRun(row: unknown): Run {
  const { duration_ms: durationMs, task, actor, started, outcome, message } = row as RunRow;
  return { task, actor, started, durationMs, outcome, message };
}
