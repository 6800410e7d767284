/** Looks a host name up: its addresses now, and what the policy says of each. */
import { FormatError, printable } from '../core/errors.ts';
import { isHostName } from '../core/host-name.ts';
import type { HostLookup, LookupAnswer } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';

/** Each looks at the firewall. */
const MOST_ADDRESSES = 8;

/** @throws FormatError for what is no host name, HostError when it has no address */
export async function lookUpHost(
  { resolveName }: Pick<AgentPorts, 'resolveName'>,
  lookUp: (address: string) => Promise<LookupAnswer>,
  text: string,
): Promise<HostLookup> {
  const name = text.trim();
  if (!isHostName(name)) throw new FormatError(`"${printable(name)}" is no host name`);
  const addresses = await resolveName(name);
  const answers: LookupAnswer[] = [];
  for (const address of addresses.slice(0, MOST_ADDRESSES)) answers.push(await lookUp(address));
  return { name, addresses, answers };
}
