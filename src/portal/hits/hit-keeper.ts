/** Keeps the hit store: batches come in, what is old goes, and a database that is down is an open problem. */
import { PROBLEM } from '../tables/problems.ts';
import { HostError, messageOf } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Store } from '../store.ts';
import type { HitStore } from './hit-store.ts';
import { startImporter } from './import-batches.ts';
import { pruneStep } from './prune-hits.ts';

/** Days that hits are kept when nothing else is said. */
export const KEPT_DAYS = 90;

/** What the keeper works with. */
export interface HitKeeping {
  readonly store: Store;
  readonly hits: HitStore;
  readonly intakeDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly keepDays: number;
}

/** At work until it is stopped. */
export interface HitKeeper {
  /** A batch was kept. */
  readonly wake: () => void;
  /** Resolves when what is under way has ended, and the hit store is closed. */
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** Between two steps while there is more that is old, so that a long delete holds up nobody. */
const STEP_MS = 1_000;
const LOOK_MS = 600_000;

/** Starts importing and pruning. */
export function startHitKeeper(keeping: HitKeeping): HitKeeper {
  const { hits } = keeping;
  const importer = startImporter(keeping, (problem) => tellHitsWait(keeping, problem));
  const stopPruning = startPruning(keeping);
  return {
    wake: () => importer.wake(),
    stop: async () => {
      await Promise.all([importer.stop(), stopPruning()]);
      await hits.close();
    },
  };
}

/** Opens or closes the problem that hits wait; it is logged when it is new. @param problem null: they do not */
export function tellHitsWait(
  { store, clock, log }: Pick<HitKeeping, 'store' | 'clock' | 'log'>,
  problem: HostError | null,
): void {
  try {
    if (problem === null) {
      if (store.problems.close(PROBLEM.hitsNotStored, ''))
        log.info('the database of hits is there again');
      return;
    }
    const isNew = store.problems.open({
      code: PROBLEM.hitsNotStored,
      subject: '',
      severity: 'error',
      message: `Hits wait on disk: ${problem.message}.`,
      remedy: problem.remedy,
      since: clock.now(),
    });
    if (isNew) log.error(`hits wait on disk: ${problem.message}`);
  } catch (error) {
    log.error(`the state of the database of hits: ${messageOf(error)}`);
  }
}

function startPruning(keeping: HitKeeping): () => Promise<void> {
  const { clock, log, keepDays } = keeping;
  let timer: NodeJS.Timeout;
  let working: Promise<void> = Promise.resolve();
  const step = async (): Promise<number> => {
    try {
      const more = await pruneStep(keeping, clock.now() - keepDays * DAY_MS);
      return more ? STEP_MS : LOOK_MS;
    } catch (error) {
      // A database that is down is told by the importer.
      if (!(error instanceof HostError)) log.error(`removing old hits: ${messageOf(error)}`);
      return LOOK_MS;
    }
  };
  const later = (ms: number): void => {
    timer = setTimeout(() => {
      working = step().then(later);
    }, ms);
  };
  later(STEP_MS);
  return async () => {
    clearTimeout(timer);
    await working;
    clearTimeout(timer);
  };
}
