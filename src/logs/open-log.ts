import type { LogSource } from '../core/ports.ts';
import { isClog } from './clog-file.ts';
import { createClogRing } from './clog-ring.ts';
import { createPlainLog, type PlainLogOptions } from './plain-log.ts';

/**
 * The firewall log at `path`, whatever it is: a ring (clog) when its last bytes say so, else plain files with
 * rotation. That is looked up at each read, as an update of the host can change it.
 * A first read (no position) begins at the end unless the options say otherwise.
 */
export function openLog(path: string, options: PlainLogOptions = {}): LogSource {
  const ring = createClogRing(path, options);
  const plain = createPlainLog(path, options);
  return {
    name: path,
    read: (from) => (isClog(path) ? ring : plain).read(from),
  };
}
