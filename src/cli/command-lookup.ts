import { isHostName } from '../core/host-name.ts';
import type { Agent, LookupAnswer } from '../tasks/agent.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { localTime } from './output.ts';

/** `tsadmin lookup`, also `why` */
export const lookupCommand: Command = {
  name: 'lookup',
  usage: 'lookup ADDRESS',
  summary: 'tell whether and by which entry an address is blocked',
  details: [
    'ADDRESS is an IPv4 or IPv6 address, a prefix such as 192.0.2.0/24, or a host name, of which each address is looked up. Tells the entries that decide, since when, what is never blocked and why, and whether the policy before had it. Looks into the tables of the device; needs no network but for a host name.',
  ],
  options: {},
  positionals: { min: 1, max: 1 },
  run: (context, _values, [address = '']) =>
    context.withAgent(async (agent) => {
      if (isHostName(address)) return lookUpHost(context, agent, address);
      const answer = await agent.lookup(address);
      for (const line of sentences(answer)) context.print(line);
      context.printJson(answer);
      return 0;
    }),
};

async function lookUpHost(context: CommandContext, agent: Agent, name: string): Promise<number> {
  const host = await agent.lookupHost(name);
  context.print(`${name} is ${host.addresses.join(', ')}.`);
  for (const line of host.answers.flatMap(sentences)) context.print(line);
  context.printJson(host);
  return 0;
}

function sentences(answer: LookupAnswer): readonly string[] {
  const lines = [`${answer.query} ${verdict(answer)}.`];
  if (answer.verdict !== 'not-listed') {
    if (answer.lists.length > 0) lines.push(`The tables were made from: ${answer.lists.join(' ')}`);
    lines.push(...listLines(answer));
    if (!answer.enforced) lines.push('The rules are not in place: nothing is blocked now.');
  }
  return [...lines, ...guardLines(answer), ...pastLines(answer), ...hitLines(answer)];
}

function listLines({ entries }: LookupAnswer): string[] {
  return entries
    .filter(({ lists }) => lists.length > 0)
    .map(({ table, prefix, lists }) => `${prefix} (${table} list) is in ${lists.join(', ')}.`);
}

function guardLines({ guarded }: LookupAnswer): string[] {
  return guarded.map(
    ({ prefix, reason }) =>
      `${prefix} is never blocked (${reason}): it was taken out of the block list.`,
  );
}

function hitLines({ hits }: LookupAnswer): string[] {
  if (hits === null || hits.last === null) return [];
  const rules = hits.trackers.length === 0 ? '' : ` by rule ${hits.trackers.join(', ')}`;
  return [`Logged ${hits.count} times${rules}, last ${localTime(hits.last)}.`];
}

function pastLines({ since, blockedBefore, verdict: word }: LookupAnswer): string[] {
  const lines: string[] = [];
  if (since !== null) {
    const words = since.orEarlier ? ' or longer' : '';
    lines.push(`In force since ${localTime(since.takenAt)}${words} (policy ${since.version}).`);
  }
  if (blockedBefore !== null && blockedBefore !== (word === 'blocked')) {
    lines.push(`The policy before ${blockedBefore ? 'blocked it' : 'did not block it'}.`);
  }
  return lines;
}

function verdict({ verdict: word, entries }: LookupAnswer): string {
  const named = entries.map(({ table, prefix }) => `${prefix} (${table} list)`).join(', ');
  switch (word) {
    case 'blocked':
      return `is blocked by ${named}`;
    case 'allowed':
      return `is allowed by ${named}`;
    case 'partly':
      return `is blocked in part: ${named}`;
    case 'not-listed':
      return 'is neither blocked nor on the allow list';
  }
}
