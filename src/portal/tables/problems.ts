import type { Problem } from '../../core/ports.ts';
import type { Database } from '../../system/sqlite.ts';

/** Codes of the portal's problems; those of its devices are in `fleet/complaints.ts`. */
export const PROBLEM = {
  feedFailed: 'feed-failed',
  nameNotResolved: 'name-not-resolved',
  policyNotPublished: 'policy-not-published',
  secondaryNotNotified: 'secondary-not-notified',
  exemptionsNotListed: 'exemptions-not-listed',
  /** Of an alarm's target. */
  notDelivered: 'alarm-not-delivered',
  hitsNotStored: 'hits-store',
} as const;

/** Something of the portal that is not as it should be, until it is gone. */
export interface PortalProblem extends Problem {
  /** What has the problem: the name of a feed, a policy, a device, a secondary. */
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Open problems, one for each code and subject. */
export interface ProblemTable {
  /** Opens a problem, or gives an open one other words. @returns whether it is new */
  open(problem: PortalProblem): boolean;
  /** @returns false when there was none */
  close(code: string, subject: string): boolean;
  /** The oldest first. */
  all(): readonly PortalProblem[];
}

/** The table `problems`. */
export function createProblemTable(database: Database): ProblemTable {
  const selectAll = database.prepare('SELECT * FROM problems ORDER BY since, code, subject');
  const select = database.prepare('SELECT 1 FROM problems WHERE code = ? AND subject = ?');
  const upsert = database.prepare(
    `INSERT INTO problems (code, subject, severity, message, remedy, since) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (code, subject) DO UPDATE SET
       severity = excluded.severity, message = excluded.message, remedy = excluded.remedy`,
  );
  const remove = database.prepare('DELETE FROM problems WHERE code = ? AND subject = ?');
  return {
    open: ({ code, subject, severity, message, remedy, since }) =>
      database.transaction(() => {
        const isNew = select.get(code, subject) === undefined;
        upsert.run(code, subject, severity, message, remedy, since);
        return isNew;
      }),
    close: (code, subject) => remove.run(code, subject).changes > 0,
    all: () => selectAll.all() as PortalProblem[],
  };
}
