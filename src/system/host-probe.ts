/** A look at this host for `tsadmin doctor`. */
import { readFileSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';
import type { HostProbe } from '../core/ports.ts';
import type { RunCommand } from './run-command.ts';

/** Programs that tell whether the clock follows a time server, with what they print when it does and does not. */
const TIME_PROGRAMS: readonly {
  readonly argv: readonly [string, ...string[]];
  readonly yes: RegExp;
  readonly no: RegExp;
}[] = [
  // systemd: `yes` or `no`.
  { argv: ['timedatectl', 'show', '-p', 'NTPSynchronized', '--value'], yes: /^yes/, no: /^no/ },
  // chrony: `Leap status     : Normal`, or `Not synchronised`.
  {
    argv: ['chronyc', '-n', 'tracking'],
    yes: /^Leap status\s*: (?:Normal|Insert|Delete)/m,
    no: /Not synchronised/,
  },
  // ntpd: `associd=0 status=0615 leap_none, sync_ntp, …`, or `leap_alarm, sync_unspec`.
  { argv: ['ntpq', '-n', '-c', 'rv 0'], yes: /sync_(?:ntp|local|uhf|pps)/, no: /sync_unspec/ },
  // OpenNTPD: `4/4 peers valid, clock synced, stratum 3`, or `clock unsynced`.
  { argv: ['ntpctl', '-s', 'status'], yes: /clock synced/, no: /clock unsynced/ },
];
const TIME_LIMIT_MS = 3_000;

/** @param stateFolder where the agent keeps its state */
export function createHostProbe(run: RunCommand, stateFolder: string): HostProbe {
  return {
    nodeVersion: process.version,
    userId: process.geteuid?.() ?? null,
    hasNetAdmin: hasNetAdmin(),
    stateFolder,
    freeBytes: async (folder) => {
      try {
        const { bavail, bsize } = await statfs(await nearestFolder(folder));
        return bavail * bsize;
      } catch (cause) {
        throw new HostError(`looking at the disk of ${folder}: ${messageOf(cause)}`, { cause });
      }
    },
    isTimeSynced: () => isTimeSynced(run),
    fileState: async (path) => {
      try {
        const { size, mtimeMs } = await stat(path);
        await access(path, constants.R_OK);
        return { size, changed: mtimeMs };
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw new HostError(`reading ${path}: ${messageOf(cause)}`, {
          remedy: 'Give the user of the service the right to read it.',
          cause,
        });
      }
    },
  };
}

/** Bit of CAP_NET_ADMIN, capabilities(7). */
const NET_ADMIN = 12n;

/** By `CapEff:	0000000000003000` of Linux; other systems have no such file. */
function hasNetAdmin(): boolean {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask !== undefined && ((BigInt(`0x${mask}`) >> NET_ADMIN) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** The folder, or the one above it that is there already. */
async function nearestFolder(folder: string): Promise<string> {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  return exists || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

async function isTimeSynced(run: RunCommand): Promise<boolean | null> {
  for (const { argv, yes, no } of TIME_PROGRAMS) {
    const text = await run(argv, { timeoutMs: TIME_LIMIT_MS }).then(
      ({ stdout }) => stdout,
      () => '',
    );
    if (yes.test(text)) return true;
    if (no.test(text)) return false;
  }
  return null;
}
