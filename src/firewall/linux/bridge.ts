/** Bridged packets: the kernel shows them to iptables only with the module br_netfilter. */
import { HostError, messageOf } from '../../core/errors.ts';
import type { Problem } from '../../core/ports.ts';
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { whyFailing } from './back-end.ts';
import { bridge } from './commands.ts';

/** What a file operation fails with for lack of rights. */
const NOT_PERMITTED = ['EACCES', 'EPERM', 'EROFS'];
const MODULES = '# Bridged packets go through the ThreatSTOP rules.\nbr_netfilter\n';

/**
 * Loads the module, now and at each boot. Whether it is in force, and will be, is told by {@link bridgeProblems}: a service
 * that is not root may do neither.
 * @param path the file in `/etc/modules-load.d`
 */
export async function loadBridgeFilter(run: RunCommand, path: string): Promise<void> {
  if ((await readTextOrNull(path)) !== MODULES) {
    await ifPermitted(() => writeFileAtomic(path, MODULES, 0o644));
  }
  const state = await readFilters(run);
  // A module that cannot be loaded shows as a problem; the rules for routed packets must not wait for it.
  if ('fault' in state) await whyFailing(run, bridge.load);
}

/** Takes the file away, where this user may; a loaded module stays, as others may use it. */
export function forgetBridgeFilter(path: string): Promise<void> {
  return ifPermitted(() => removeFile(path));
}

/** @throws HostError for any other reason than a lack of rights */
async function ifPermitted(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code === undefined || !NOT_PERMITTED.includes(code)) throw error;
  }
}

/** What keeps bridged packets from being filtered. */
export async function bridgeProblems(run: RunCommand, path: string): Promise<readonly Problem[]> {
  return [...(await filterProblems(run)), ...(await keepProblems(path))];
}

async function keepProblems(path: string): Promise<readonly Problem[]> {
  if ((await readTextOrNull(path)) !== null) return [];
  return [
    {
      code: 'bridge-not-kept',
      severity: 'warning',
      message: `the module br_netfilter is not loaded at the next boot: there is no ${path}`,
      remedy: 'Run "tsadmin enable" as root.',
    },
  ];
}

async function filterProblems(run: RunCommand): Promise<readonly Problem[]> {
  const state = await readFilters(run);
  if ('fault' in state) {
    return [
      problem(
        `bridged packets are not filtered: ${state.fault}`,
        'Run "tsadmin enable" as root, or load the module with "modprobe br_netfilter".',
      ),
    ];
  }
  if (state.values.every((value) => value === '1')) return [];
  return [
    problem(
      'bridged packets are not filtered: net.bridge.bridge-nf-call-iptables or -ip6tables is 0',
      'Set both to 1 with sysctl, and in /etc/sysctl.d.',
    ),
  ];
}

function problem(message: string, remedy: string): Problem {
  return { code: 'bridge-not-filtered', severity: 'error', message, remedy };
}

type Filters = { readonly values: readonly string[] } | { readonly fault: string };

async function readFilters(run: RunCommand): Promise<Filters> {
  try {
    return { values: (await run(bridge.filters)).stdout.trim().split('\n') };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { fault: messageOf(error) };
  }
}
