/** What the firewall lacks: programs and rights, room in its tables, sight of bridged packets. */
import { EMPTY_TABLE } from '../core/prefix-list.ts';
import type { Finding, Problem } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

type Ports = Pick<AgentPorts, 'driver' | 'history' | 'policyStore'>;

/** Which problems belong to which line; what is in none belongs to the last. */
const GROUPS: readonly (readonly [string, RegExp, string])[] = [
  ['Programs', /^no-rights$|-missing$/, 'those of the firewall are there and may be used'],
  ['Table size', /^table-(?:too|request-too)-small$|^memory-/, 'the policy fits'],
  ['Bridge', /^bridge-/, 'nothing to do'],
  ['Firewall', /^/, 'it can be read, and nothing is wrong with what is ours'],
];

/** Plans the policy that is enforced, or an empty one, and changes nothing. */
export async function firewallFindings(ports: Ports): Promise<readonly Finding[]> {
  const { driver, history, policyStore } = ports;
  const current = history.current();
  const tables = current === null ? null : await policyStore.load(current);
  const plan = await driver.plan(tables ?? { block: EMPTY_TABLE, allow: EMPTY_TABLE });
  const { problems } = await driver.verify();
  const seen = new Map([...plan.problems, ...problems].map((one) => [one.message, one]));
  return groupFindings([...seen.values()]);
}

/** One line for each group without a problem, else one for each problem. */
export function groupFindings(problems: readonly Problem[]): readonly Finding[] {
  const groupOf = ({ code }: Problem) => GROUPS.find(([, codes]) => codes.test(code))?.[0];
  return GROUPS.flatMap(([name, , good]): readonly Finding[] => {
    const ours = problems.filter((problem) => groupOf(problem) === name);
    if (ours.length === 0) return [{ name, state: 'ok', message: good, remedy: '' }];
    return ours.map(({ severity: state, message, remedy }) => ({ name, state, message, remedy }));
  });
}
