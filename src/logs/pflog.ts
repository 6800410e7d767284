/** The log of pf, as pflogd(8) writes it and newsyslog(8) rotates it. */
import type { LogSource } from '../core/ports.ts';
import { pflogFraming } from './pflog-file.ts';
import { createPlainLog, type PlainLogOptions } from './plain-log.ts';

/** The log at `path`: packets, given out as lines (`core/pflog-line.ts`). Places survive rotation as those of plain logs do. */
export function createPflog(path: string, options: PlainLogOptions = {}): LogSource {
  return { ...createPlainLog(path, { ...options, framing: pflogFraming }), format: 'pflog' };
}
