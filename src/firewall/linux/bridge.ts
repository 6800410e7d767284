/** Bridged packets: the kernel shows them to iptables only with the module br_netfilter. */
import { HostError, messageOf } from '../../core/errors.ts';
import type { Problem } from '../../core/ports.ts';
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { whyFailing } from './back-end.ts';
import { bridge } from './commands.ts';

const MODULES = '# Bridged packets go through the ThreatSTOP rules.\nbr_netfilter\n';

/**
 * Loads the module, now and at each boot. Whether it is in force is told by {@link bridgeProblems}.
 * @param path the file in `/etc/modules-load.d`
 */
export async function loadBridgeFilter(run: RunCommand, path: string): Promise<void> {
  await writeFileAtomic(path, MODULES, 0o644);
  const state = await readFilters(run);
  // A module that cannot be loaded shows as a problem; the rules for routed packets must not wait for it.
  if ('fault' in state) await whyFailing(run, bridge.load);
}

/** Takes the file away; a loaded module stays, as others may use it. */
export function forgetBridgeFilter(path: string): Promise<void> {
  return removeFile(path);
}

/** What keeps bridged packets from being filtered. */
export async function bridgeProblems(run: RunCommand): Promise<readonly Problem[]> {
  const state = await readFilters(run);
  if ('fault' in state) {
    return [
      problem(
        `bridged packets are not filtered: ${state.fault}`,
        'Load the module with "modprobe br_netfilter".',
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
