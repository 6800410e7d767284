/** Our rules: a chain that the built-in chains jump to before anything else. */
import { FirewallError, printable } from '../../core/errors.ts';
import { KERNEL_LOG_PREFIX } from '../../core/log-line-kernel.ts';
import { canonicalLogOptions } from './log-options.ts';
import type { SavedFilter } from './parse-rules.ts';
import { setName, type SetRole } from './set-names.ts';

/** Our chain, as documented. */
export const CHAIN = 'ThreatSTOP';
/** The chains that jump to ours. */
export const HOOKS = ['INPUT', 'FORWARD', 'OUTPUT'] as const;
/** The group of NFLOG that `ts-nflog.service` reads (`linux/root/usr/share/ts-iptables/ulogd.conf`). */
export const NFLOG_GROUP = 8437;
/** A flood of blocked packets must not fill the disk: lines a second for each rule, and how many at once. */
const LOG_LIMIT = '-m limit --limit 50/sec --limit-burst 200';

const LOG = `-j LOG --log-prefix "${KERNEL_LOG_PREFIX} "`;
const NFLOG = `-j NFLOG --nflog-prefix ${KERNEL_LOG_PREFIX} --nflog-group ${NFLOG_GROUP}`;

/** The settings that the rules depend on. */
export interface LinuxOptions {
  /** `tsprefix`: the names of sets begin with it. */
  readonly prefix: string;
  /** `allow_action`: `exempt` (RETURN), `pass` (ACCEPT), or a target. */
  readonly allowAction: string;
  /** Where dropped packets are told of: the kernel's own log, or a program that reads NFLOG. */
  readonly logTo: 'kernel' | 'nflog';
  /** `logopts`: extra options of the LOG rules. NFLOG has none of them. */
  readonly logOptions: string;
  /** `logopts_direction`: which LOG rules get them; `in` is for packets from a blocked address. */
  readonly logDirection: 'in' | 'out' | 'both';
  /** `load_br_netfilter`. */
  readonly loadBridgeFilter: boolean;
}

/**
 * The rules of our chain, in the very form in which iptables-save prints them, such as
 * `-A ThreatSTOP -m set --match-set TSblockaddr src -j DROP`.
 * @throws FirewallError for settings that cannot be part of a rule
 */
export function chainRules(options: LinuxOptions, family: 4 | 6): readonly string[] {
  const log = canonicalLogOptions(options.logOptions);
  const target = targetOf(options.allowAction);
  const allow = matches(options.prefix, 'allow', family).map(
    ({ match }) => `${match} -j ${target}`,
  );
  const block = matches(options.prefix, 'block', family).flatMap(({ match, end }) => {
    const isLogged = options.logDirection === 'both' || options.logDirection === end;
    const extra = isLogged && log !== '' ? ` ${log}` : '';
    const logged = options.logTo === 'nflog' ? NFLOG : `${LOG}${extra}`;
    return [`${match} ${LOG_LIMIT} ${logged}`, `${match} -j DROP`];
  });
  return [...allow, ...block];
}

function matches(prefix: string, table: SetRole['table'], family: 4 | 6) {
  return (['addr', 'net'] as const).flatMap((kind) => {
    const name = setName(prefix, { table, kind, family });
    return (['in', 'out'] as const).map((end) => ({
      end,
      match: `-A ${CHAIN} -m set --match-set ${name} ${end === 'in' ? 'src' : 'dst'}`,
    }));
  });
}

function targetOf(action: string): string {
  if (action === 'exempt') return 'RETURN';
  if (action === 'pass') return 'ACCEPT';
  if (action !== CHAIN && /^[A-Za-z][A-Za-z0-9_-]{0,27}$/.test(action)) return action;
  throw new FirewallError(`allow_action: "${printable(action)}" is not a target of iptables`);
}

/** What is not as it should be, one sentence each; empty when the rules are in place. */
export function ruleFaults(filter: SavedFilter, wanted: readonly string[]): readonly string[] {
  if (filter.chain === null) return [`there is no chain ${CHAIN}`];
  const faults: string[] = [];
  const chain = filter.chain.map((rule) => wanted.find((one) => isPrintedAs(one, rule)) ?? rule);
  const strange = chain.filter((rule) => !wanted.includes(rule));
  if (strange.length > 0) {
    const more = strange.length === 1 ? '' : `, and ${strange.length - 1} more`;
    faults.push(
      `the chain ${CHAIN} holds other rules than the settings ask for: ${printable(strange[0] ?? '')}${more}`,
    );
  } else if (chain.join('\n') !== wanted.join('\n')) {
    faults.push(`the chain ${CHAIN} lacks rules, or has them in another order`);
  }
  return [...faults, ...HOOKS.flatMap((hook) => hookFault(filter, hook))];
}

/** A target that was given no options is printed with its defaults: `-j REJECT --reject-with icmp-port-unreachable`. */
function isPrintedAs(wanted: string, rule: string): boolean {
  return rule === wanted || (/ -j \S+$/.test(wanted) && rule.startsWith(`${wanted} --`));
}

function hookFault(filter: SavedFilter, hook: string): string[] {
  const rules = filter.hooks.get(hook) ?? [];
  const at = rules.indexOf(jumpFrom(hook));
  if (at === 0) return [];
  if (at === -1) return [`${hook} does not go through ${CHAIN}`];
  const first = printable(rules[0] ?? '');
  return [`${at} ${at === 1 ? 'rule is' : 'rules are'} above ours in ${hook} (${first})`];
}

function jumpFrom(hook: string): string {
  return `-A ${hook} -j ${CHAIN}`;
}

/** The text for `iptables-restore --noflush` that puts the rules in, in place of any that are there. */
export function enableText(filter: SavedFilter, wanted: readonly string[]): string {
  const old = filter.references.filter((rule) => HOOKS.some((hook) => rule === jumpFrom(hook)));
  return commit([
    `:${CHAIN} - [0:0]`,
    `-F ${CHAIN}`,
    ...wanted,
    ...old.map(asDelete),
    ...HOOKS.map((hook) => `-I ${hook} 1 -j ${CHAIN}`),
  ]);
}

/** The text that takes the chain out, and every rule that leads to it; empty when there is none. */
export function disableText(filter: SavedFilter): string {
  if (filter.chain === null) return '';
  return commit([...filter.references.map(asDelete), `-F ${CHAIN}`, `-X ${CHAIN}`]);
}

function asDelete(rule: string): string {
  return rule.replace(/^-A /, '-D ');
}

function commit(lines: readonly string[]): string {
  return `*filter\n${lines.join('\n')}\nCOMMIT\n`;
}
