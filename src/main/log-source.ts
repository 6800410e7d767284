/** Which log the hits are read from. */
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { Settings } from '../config/options.ts';
import type { LogSource } from '../core/ports.ts';
import { createJournalLog } from '../logs/journal-log.ts';
import { openLog } from '../logs/open-log.ts';
import { logWayOf } from './log-way.ts';

/** The file `log_file`; on Linux the journal where {@link logWayOf} says so. */
export function logSourceOf({ platform, root }: AgentLocation, settings: Settings): LogSource {
  const isJournal = platform === 'linux' && logWayOf(settings) === 'journal';
  return isJournal ? createJournalLog() : openLog(join(root, settings.log_file));
}
