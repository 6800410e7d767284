/** Which log the hits are read from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { Settings } from '../config/options.ts';
import type { LogSource } from '../core/ports.ts';
import { createJournalLog } from '../logs/journal-log.ts';
import { openLog } from '../logs/open-log.ts';

/** The file `log_file`; or the journal, where the settings say so or no daemon writes that file on a Linux with systemd. */
export function logSourceOf({ platform, root }: AgentLocation, settings: Settings): LogSource {
  const path = join(root, settings.log_file);
  const { log_source: wanted } = settings;
  if (platform !== 'linux' || wanted === 'file') return openLog(path);
  const isJournal =
    wanted === 'journal' || (!isWritten(path) && existsSync('/run/systemd/journal'));
  return isJournal ? createJournalLog() : openLog(path);
}

/** While a file is rotated, there may be the older one only. */
function isWritten(path: string): boolean {
  return existsSync(path) || existsSync(`${path}.1`);
}
