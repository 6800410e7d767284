/** What is wrong on the hits path, with what to do about it. */
import { countWords, formatCount } from '../core/format-count.ts';
import type { GapRecord, HitStore, Problem } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

const DAY_MS = 86_400_000;
/** Gaps looked at; of one reason there is one in each upload interval at most. */
const GAPS = 100;

/** Problems that are open now: each goes away by itself when its cause is mended, losses a day later. */
export function hitProblems(
  ports: Pick<AgentPorts, 'hits' | 'damagedDatabases' | 'newerDatabases'>,
  now: number,
): Problem[] {
  const { hits, damagedDatabases, newerDatabases } = ports;
  const lost = hits.gaps(GAPS).filter(({ to }) => now - to < DAY_MS);
  return [
    ...deniedProblem(hits),
    ...quarantineProblem(hits),
    ...droppedProblem(lost),
    ...gapProblem(lost),
    ...damagedDatabases().map(damagedProblem),
    ...newerDatabases().map(newerProblem),
  ];
}

function deniedProblem(hits: HitStore): Problem[] {
  const denial = hits.denial();
  if (denial === null) return [];
  return [
    {
      code: 'device-denied',
      severity: 'error',
      message: `The log service does not take this device: ${denial}. Hits are kept, and offered again every hour.`,
      remedy:
        'Check device_id and auto_key against the portal, then run "tsadmin logs", or Send logs on the page.',
    },
  ];
}

function quarantineProblem(hits: HitStore): Problem[] {
  const { quarantined } = hits.counts();
  if (quarantined === 0) return [];
  const batches = countWords(quarantined, 'batch', 'batches');
  return [
    {
      code: 'batches-in-quarantine',
      severity: 'warning',
      message: `The log service rejected ${batches} of hits as bad; they are kept aside.`,
      remedy: 'Check log_url and the portal, then run "tsadmin logs": it offers them once more.',
    },
  ];
}

/** Lines that were read and could not be kept. */
function droppedProblem(lost: readonly GapRecord[]): Problem[] {
  const lines = lost.reduce((sum, gap) => sum + (gap.lines ?? 0), 0);
  if (lines === 0) return [];
  return [
    {
      code: 'lines-dropped',
      severity: 'warning',
      message: `${formatCount(lines)} lines of hits were dropped unsent in the last 24 hours, because they waited too long for the log service.`,
      remedy: 'Check that the log service can be reached (log_url, log_proxy).',
    },
  ];
}

function gapProblem(lost: readonly GapRecord[]): Problem[] {
  const [newest] = lost.filter(({ lines }) => lines === null);
  if (newest === undefined) return [];
  return [
    {
      code: 'log-lines-lost',
      severity: 'warning',
      message: `Lines of ${newest.source} were lost in the last 24 hours before they could be read: ${newest.reason}.`,
      remedy: 'Keep more or larger rotated files of the log, and see that the service always runs.',
    },
  ];
}

function damagedProblem(path: string): Problem {
  return {
    code: 'database-damaged',
    severity: 'warning',
    message: `The database was damaged, put aside as ${path}, and started anew; hits that waited in it were not sent.`,
    remedy: `Check the disk of this host; remove ${path} when it is no longer needed.`,
  };
}

function newerProblem(path: string): Problem {
  return {
    code: 'database-newer',
    severity: 'warning',
    message: `The database was made by a newer release; it is kept as ${path}, and what this release knows of it was taken over.`,
    remedy: `Remove ${path} when it is no longer needed.`,
  };
}
