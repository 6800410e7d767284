/** Dropped packets that NFLOG hands to a program: whether there is one that takes them. */
import { HostError } from '../../core/errors.ts';
import type { Problem } from '../../core/ports.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { whyFailing } from './back-end.ts';
import { nflog } from './commands.ts';
import type { LinuxHost } from './host.ts';
import { NFLOG_GROUP, type LinuxOptions } from './rules.ts';

/** What keeps the lines from being written. Nothing is less protected by it, but there are no hits. */
export async function nflogProblems(
  { find, run }: Pick<LinuxHost, 'find' | 'run'>,
  { logOptions }: Pick<LinuxOptions, 'logOptions'>,
): Promise<readonly Problem[]> {
  return [...(await readerProblems(find, run)), ...(logOptions === '' ? [] : [UNUSED_OPTIONS])];
}

const UNUSED_OPTIONS: Problem = {
  code: 'logopts-unused',
  severity: 'warning',
  message: 'logopts has no effect: dropped packets are logged by NFLOG, which takes no log options',
  remedy: 'Take logopts back, or set log_source to file or journal where the kernel logs.',
};

async function readerProblems(find: RunCommand, run: RunCommand): Promise<readonly Problem[]> {
  const fault = await whyFailing(find, nflog.ulogdVersion);
  if (fault !== null) {
    return [
      problem('ulogd-missing', `ulogd is needed for that: ${fault}`, 'Install the package ulogd2.'),
    ];
  }
  if (await isRead(run)) return [];
  return [
    problem(
      'nflog-not-read',
      `no program reads group ${NFLOG_GROUP} of NFLOG`,
      'Start ulogd: "systemctl restart ts-nflog", without systemd "/etc/init.d/ts-nflog start".',
    ),
  ];
}

function problem(code: string, why: string, remedy: string): Problem {
  return {
    code,
    severity: 'warning',
    message: `dropped packets are not logged, so there are no hits: ${why}`,
    remedy,
  };
}

/**
 * A line is the group, its reader, and more: ` 8437  26663     9 2 65531    100  2`. A kernel that was never asked for a
 * group has no file; where only root may read it, a reader is taken to be there.
 */
async function isRead(run: RunCommand): Promise<boolean> {
  try {
    const { stdout } = await run(nflog.readers);
    return new RegExp(String.raw`^ *${NFLOG_GROUP} `, 'm').test(stdout);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return /permission denied/i.test(error.message);
  }
}
