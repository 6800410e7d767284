import { printable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';

/**
 * One line an event to a stream (stderr; daemon(8) or systemd carry it to syslog).
 * Control characters are replaced, so that text from the wire cannot forge a line.
 */
export function streamLog(stream: NodeJS.WritableStream, now: () => number): Log {
  const write = (level: string, message: string): void => {
    stream.write(`${new Date(now()).toISOString()} ${level} ${printable(message)}\n`);
  };
  return {
    info: (message) => write('info', message),
    warn: (message) => write('warn', message),
    error: (message) => write('error', message),
  };
}
