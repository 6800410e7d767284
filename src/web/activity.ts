import type { Run } from '../core/ports.ts';
import { formatDuration, shorten, timeView, type TimeView } from '../site/format.ts';
import { outcomeWords, taskWords } from './texts.ts';

/** One run as a row of the activity table. */
export interface ActivityRow {
  readonly time: TimeView;
  readonly who: string;
  readonly what: string;
  readonly outcome: Run['outcome'];
  readonly result: string;
  readonly message: string;
  readonly took: string;
}

/** Runs as rows, in their order; messages are cut to `longestMessage` characters. */
export function activityRows(
  runs: readonly Run[],
  now: number,
  longestMessage: number,
): readonly ActivityRow[] {
  return runs.map((run) => ({
    time: timeView(run.started, now),
    who: shorten(run.actor, 40),
    what: taskWords[run.task],
    outcome: run.outcome,
    result: outcomeWords[run.outcome],
    message: shorten(run.message, longestMessage),
    took: formatDuration(run.durationMs),
  }));
}
