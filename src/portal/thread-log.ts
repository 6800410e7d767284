import type { Worker } from 'node:worker_threads';
import type { Log } from '../core/ports.ts';

/** A line for the log, on its way from a thread to the portal that writes it. */
export interface ThreadLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** The log of a thread. @param post sends a line to the portal */
export function threadLog(post: (line: ThreadLine) => void): Log {
  const say =
    (level: ThreadLine['level']) =>
    (message: string): void =>
      post({ level, message });
  return { info: say('info'), warn: say('warn'), error: say('error') };
}

/** Writes the lines that a thread posts by its {@link threadLog}. */
export function logLinesOf(worker: Worker, log: Log): void {
  worker.on('message', ({ level, message }: ThreadLine) => {
    log[level](message);
  });
}
