/** What the kernel holds, read back. */
import type { Enforced, Problem } from '../../core/ports.ts';
import { holdsOurs, isUsed, readHostRules, type BackEndRules, type HostRules } from './back-end.ts';
import { bridgeProblems } from './bridge.ts';
import { readHeaders, setProblems, toolProblems } from './check.ts';
import { programOf } from './commands.ts';
import { readBack } from './held-tables.ts';
import { optionsOrNull, type LinuxHost } from './host.ts';
import { nflogProblems } from './nflog.ts';
import { prefixInForce } from './prefixes.ts';
import { chainRules, ruleFaults, type LinuxOptions } from './rules.ts';

const NOTHING = { block: null, allow: null };

/** See {@link FirewallDriver.verify}. Works without settings: then our chain counts as it is. */
export async function verifyHost(host: LinuxHost, maxAgeMs: number): Promise<Enforced> {
  const options = await optionsOrNull(host);
  const tools = await toolProblems(host.find);
  if (tools.some(({ severity }) => severity === 'error')) {
    return { tables: NOTHING, rulesInPlace: false, problems: tools };
  }
  const [rules, headers] = await Promise.all([readHostRules(host), readHeaders(host.sets)]);
  const prefix = await prefixInForce(host, options, rules);
  if ('code' in headers) {
    return { tables: NOTHING, rulesInPlace: false, problems: [...tools, headers] };
  }
  const block = await readBack(host, { headers, prefix }, 'block', maxAgeMs);
  const allow = await readBack(host, { headers, prefix }, 'allow', maxAgeMs);
  const faults = rulesFaults(rules.used, options);
  return {
    tables: { block: block.held, allow: allow.held },
    rulesInPlace: faults.length === 0,
    problems: [
      ...tools,
      ...ipv6Problems(rules.used),
      ...setProblems(headers, prefix),
      ...[...block.faults, ...allow.faults].map(damageProblem),
      ...rulesProblems(rules, faults),
      ...(options?.logTo === 'nflog' ? await nflogProblems(host, options) : []),
      ...(options?.loadBridgeFilter === true
        ? await bridgeProblems(host.run, host.places.bridge)
        : []),
    ],
  };
}

function ipv6Problems({ families }: BackEndRules): readonly Problem[] {
  if (families.includes(6)) return [];
  return [
    {
      code: 'ipv6-off',
      severity: 'warning',
      message: 'IPv6 is off in the kernel of this host; the rules are for IPv4 only',
      remedy: 'Nothing is to be done. When IPv6 is on, its rules are put in within a minute.',
    },
  ];
}

function damageProblem(fault: string): Problem {
  return {
    code: 'set-damaged',
    severity: 'error',
    message: fault,
    remedy: 'Somebody else changed the set; "tsadmin update" makes it again.',
  };
}

function rulesFaults(
  { backEnd, families, rules }: BackEndRules,
  options: LinuxOptions | null,
): string[] {
  return families.flatMap((family) => {
    const { filter } = rules[family];
    const wanted = options === null ? (filter.chain ?? []) : chainRules(options, family);
    const where = `${programOf(backEnd, family)} (${backEnd.kind})`;
    return ruleFaults(filter, wanted).map((fault) => `${where}: ${fault}`);
  });
}

/** Rules that are partly there, and what is in the wrong back-end. No rules at all is no problem here: they may be off. */
function rulesProblems({ used, other }: HostRules, faults: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  if (holdsOurs(used) && faults.length > 0) {
    problems.push({
      code: 'rules-changed',
      severity: 'error',
      message: `the rules are not as they should be: ${faults.join('; ')}`,
      remedy: 'They are put back by "tsadmin enable", and by the service within a minute.',
    });
  }
  if (other !== null && (holdsOurs(other) || (isUsed(other) && isUsed(used)))) {
    problems.push({
      code: 'iptables-mixed',
      severity: 'warning',
      message:
        `this host has rules in both kinds of iptables; ours belong in ${used.backEnd.kind}` +
        (holdsOurs(other) ? `, and some are in ${other.backEnd.kind}` : ''),
      remedy: 'Keep all rules in one kind (update-alternatives --config iptables).',
    });
  }
  return problems;
}
