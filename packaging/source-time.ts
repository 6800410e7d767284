import { HostError } from '../src/core/errors.ts';
import type { RunCommand } from '../src/system/run-command.ts';

/**
 * The time every file of the package gets, seconds since 1970: `SOURCE_DATE_EPOCH`
 * (reproducible-builds.org/specs/source-date-epoch), or the time of the last commit.
 * @throws HostError when there is neither
 */
export async function sourceTime(
  epoch: string | undefined,
  checkout: string,
  run: RunCommand,
): Promise<number> {
  const text = epoch ?? (await lastCommitTime(checkout, run));
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new HostError('the time of the sources is unknown: no SOURCE_DATE_EPOCH, no git commit', {
    remedy: 'Set SOURCE_DATE_EPOCH to the seconds since 1970 that the files shall carry.',
  });
}

async function lastCommitTime(checkout: string, run: RunCommand): Promise<string> {
  const { stdout } = await run(['git', '-C', checkout, 'log', '-1', '--format=%ct'], {
    acceptExitCodes: [0, 128],
  });
  return stdout.trim();
}
