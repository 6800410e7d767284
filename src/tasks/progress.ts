/** What runs now, for the page and the progress bar of `tsadmin`. */
import type { Clock, Progress, Report, TaskName } from '../core/ports.ts';

/** The tasks under way that tell how far they are. In memory only: it ends with the process, as they do. */
export interface ProgressBoard {
  /** Runs a task that reports its steps; it is on the board until it has ended. */
  during<T>(task: TaskName, work: (report: Report) => Promise<T>): Promise<T>;
  /** The task under way that started first; null when none tells of itself. */
  current(): Progress | null;
}

/** An empty board. */
export function createProgressBoard(clock: Pick<Clock, 'now'>): ProgressBoard {
  const running = new Map<symbol, Progress>();
  return {
    async during(task, work) {
      const key = Symbol(task);
      const started = clock.now();
      const report: Report = (step, done, total) => {
        running.set(key, { task, started, step, done: done ?? null, total: total ?? null });
      };
      try {
        return await work(report);
      } finally {
        running.delete(key);
      }
    },
    current: () => [...running.values()][0] ?? null,
  };
}

/** For whom nobody listens to. */
export const noReport: Report = () => undefined;
