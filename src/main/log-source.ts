/** Which log the hits are read from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { Settings } from '../config/options.ts';
import type { LogSource } from '../core/ports.ts';
import { createJournalLog } from '../logs/journal-log.ts';
import { openLog } from '../logs/open-log.ts';
import { createPflog } from '../logs/pflog.ts';
import { isContainer, logWayOf } from './log-way.ts';

const SILENT_KERNEL = {
  message:
    'this is a container: the kernel logs its packets only where the host has net.netfilter.nf_log_all_netns=1',
  remedy: 'Install ulogd2 here, which logs without, or set that on the host.',
};

/** The file `log_file`, on OpenBSD of pflogd; on Linux the journal where {@link logWayOf} says so. */
export function logSourceOf({ platform, root }: AgentLocation, settings: Settings): LogSource {
  if (platform === 'openbsd') return pflogAt(join(root, settings.log_file));
  if (platform !== 'linux') return openLog(join(root, settings.log_file));
  const way = logWayOf(settings);
  const source = way === 'journal' ? createJournalLog() : openLog(join(root, settings.log_file));
  return way !== 'nflog' && isContainer() ? { ...source, doubt: SILENT_KERNEL } : source;
}

/** pflogd makes the file when it starts. */
function pflogAt(path: string): LogSource {
  const source = createPflog(path);
  if (existsSync(path)) return source;
  const message = `there is no ${path}: pflogd does not run, so no hit is logged`;
  return {
    ...source,
    doubt: { message, remedy: 'Run "rcctl enable pflogd" and "rcctl start pflogd".' },
  };
}
