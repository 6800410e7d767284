/** What this host lacks for the driver. */
import { FirewallError, HostError, messageOf } from '../../core/errors.ts';
import type { Problem } from '../../core/ports.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { whyFailing } from './back-end.ts';
import { conntrack, ipset, iptables, type Argv } from './commands.ts';
import type { SetHeader } from './parse-sets.ts';
import { chainRules, type LinuxOptions } from './rules.ts';
import { requirePrefix } from './set-names.ts';
import { strangersAmong, type SetStore } from './set-store.ts';

const TOOLS: readonly { readonly argv: Argv; readonly severity: Problem['severity'] }[] = [
  { argv: ipset.version, severity: 'error' },
  { argv: iptables.version(''), severity: 'error' },
  { argv: conntrack.version, severity: 'warning' },
];

/** Programs that are missing. Without conntrack only open connections stay as they are. */
export async function toolProblems(run: RunCommand): Promise<readonly Problem[]> {
  const faults = await Promise.all(TOOLS.map(({ argv }) => whyFailing(run, argv)));
  return TOOLS.flatMap(({ argv: [tool], severity }, index) => {
    const fault = faults[index] ?? null;
    if (fault === null) return [];
    // ipset asks the kernel even for its version.
    return [
      /not permitted|permission denied/i.test(fault)
        ? noRights(fault)
        : toolProblem(tool, severity, fault),
    ];
  });
}

function noRights(fault: string): Problem {
  return {
    code: 'no-rights',
    severity: 'error',
    message: `the firewall of the kernel cannot be read: ${fault}`,
    remedy: 'Run as root, or give the service CAP_NET_ADMIN and CAP_NET_RAW.',
  };
}

function toolProblem(tool: string, severity: Problem['severity'], fault: string): Problem {
  const what =
    severity === 'error'
      ? `${tool} is needed to enforce the policy`
      : `without ${tool}, open connections of newly blocked addresses are not cut`;
  const remedy = `Install the package ${tool}.`;
  return { code: `${tool}-missing`, severity, message: `${what}: ${fault}`, remedy };
}

/** The sets of the host, or why they cannot be read. */
export async function readHeaders(store: SetStore): Promise<readonly SetHeader[] | Problem> {
  try {
    return await store.headers();
  } catch (error) {
    if (error instanceof HostError) return noRights(error.message);
    throw error;
  }
}

/** Sets of others that have our names. */
export function setProblems(headers: readonly SetHeader[], prefix: string): readonly Problem[] {
  return strangersAmong(headers, prefix).map(({ name, type }) => ({
    code: 'set-of-others',
    severity: 'error',
    message: `the set ${name} exists and is not ours: its type is ${type}, or it has time-outs or a mask`,
    remedy: 'Set another tsprefix, or remove the set.',
  }));
}

/** Settings that cannot become sets and rules. */
export function optionProblems(options: LinuxOptions): readonly Problem[] {
  const checks: readonly (readonly [code: string, check: () => unknown])[] = [
    ['set-name-not-usable', () => requirePrefix(options.prefix)],
    ['rule-option-not-usable', () => chainRules(options, 4)],
  ];
  return checks.flatMap(([code, check]): Problem[] => {
    try {
      check();
      return [];
    } catch (error) {
      if (!(error instanceof FirewallError)) throw error;
      return [{ code, severity: 'error', message: messageOf(error), remedy: error.remedy }];
    }
  });
}
