/** Bridged packets: the kernel shows them to iptables only with the module br_netfilter. */
import { HostError, messageOf } from '../../core/errors.ts';
import type { Problem } from '../../core/ports.ts';
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { whyFailing } from './back-end.ts';
import { bridge, type Argv } from './commands.ts';

/** Files of ours that the host reads at boot. */
export interface BridgeFiles {
  /** In `/etc/modules-load.d`. */
  readonly modules: string;
  /** In `/etc/sysctl.d`; it is there when the values were others before. */
  readonly sysctls: string;
}

/** What a file operation fails with for lack of rights. */
const NOT_PERMITTED = ['EACCES', 'EPERM', 'EROFS'];
const MODULES = '# Bridged packets go through the ThreatSTOP rules.\nbr_netfilter\n';
const SYSCTLS = `# Bridged packets inside VLAN and PPPoE go through the ThreatSTOP rules, too.
net.bridge.bridge-nf-filter-vlan-tagged = 1
net.bridge.bridge-nf-filter-pppoe-tagged = 1
`;

/**
 * Loads the module, and has it look into VLAN and PPPoE, now and at each boot. Whether that is in force, and will be, is
 * told by {@link bridgeProblems}: a service that is not root may do neither.
 */
export async function loadBridgeFilter(run: RunCommand, files: BridgeFiles): Promise<void> {
  await ifPermitted(() => keepFile(files.modules, MODULES));
  // A module that cannot be loaded shows as a problem; the rules for routed packets must not wait for it.
  if ('fault' in (await readValues(run, bridge.filters))) await whyFailing(run, bridge.load);
  if (isAllOn(await readValues(run, bridge.tagged))) return;
  await ifPermitted(() => keepFile(files.sysctls, SYSCTLS));
  await setTagged(run, '1');
}

/** Undoes it, where this user may; a loaded module stays, as others may use it. */
export async function forgetBridgeFilter(run: RunCommand, files: BridgeFiles): Promise<void> {
  await ifPermitted(() => removeFile(files.modules));
  if ((await readTextOrNull(files.sysctls)) === null) return;
  await ifPermitted(() => removeFile(files.sysctls));
  await setTagged(run, '0');
}

async function keepFile(path: string, text: string): Promise<void> {
  if ((await readTextOrNull(path)) !== text) await writeFileAtomic(path, text, 0o644);
}

/** A lack of rights, or of the module, shows as a problem. */
async function setTagged(run: RunCommand, value: '0' | '1'): Promise<void> {
  await whyFailing((argv) => run(argv, { input: `${value}\n` }), bridge.setTagged);
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
export async function bridgeProblems(
  run: RunCommand,
  { modules }: BridgeFiles,
): Promise<readonly Problem[]> {
  return [...(await filterProblems(run)), ...(await keepProblems(modules))];
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
  const state = await readValues(run, bridge.filters);
  if ('fault' in state) {
    return [
      problem(
        `bridged packets are not filtered: ${state.fault}`,
        'Run "tsadmin enable" as root, or load the module with "modprobe br_netfilter".',
      ),
    ];
  }
  if (!isAllOn(state)) {
    return [
      problem(
        'bridged packets are not filtered: net.bridge.bridge-nf-call-iptables or -ip6tables is 0',
        'Set both to 1 with sysctl, and in /etc/sysctl.d.',
      ),
    ];
  }
  if (isAllOn(await readValues(run, bridge.tagged))) return [];
  return [
    problem(
      'bridged packets inside VLAN or PPPoE are not filtered: net.bridge.bridge-nf-filter-vlan-tagged or -pppoe-tagged is 0',
      'Run "tsadmin enable" as root.',
    ),
  ];
}

function problem(message: string, remedy: string): Problem {
  return { code: 'bridge-not-filtered', severity: 'error', message, remedy };
}

type Values = { readonly values: readonly string[] } | { readonly fault: string };

function isAllOn(state: Values): boolean {
  return 'values' in state && state.values.every((value) => value === '1');
}

async function readValues(run: RunCommand, argv: Argv): Promise<Values> {
  try {
    return { values: (await run(argv)).stdout.trim().split('\n') };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { fault: messageOf(error) };
  }
}
