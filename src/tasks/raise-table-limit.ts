/** Makes room for a policy that did not fit. */
import type { AgentPorts } from './agent-ports.ts';
import type { Outcome } from './record-run.ts';

/**
 * Raises the limit of the firewall to what the policy that was refused last needs. The policy is not read again: it is
 * taken with the next update.
 * @throws FirewallError when the firewall does not take the number; the limit is then what it was
 */
export async function raiseTableLimit({
  driver,
  shortage,
}: Pick<AgentPorts, 'driver' | 'shortage'>): Promise<Outcome<null>> {
  const short = shortage.load();
  if (short === null) {
    return {
      outcome: 'unchanged',
      message: 'No policy was refused for want of room.',
      value: null,
    };
  }
  const { before, after } = await driver.raiseTableLimit(short.raiseTo);
  shortage.clear();
  if (after === null) {
    const message = 'This firewall has no limit of table entries to raise.';
    return { outcome: 'unchanged', message, value: null };
  }
  if (before === after) {
    const message = `The limit of table entries is ${after} already; update again.`;
    return { outcome: 'unchanged', message, value: null };
  }
  const message = `Raised the limit of table entries from ${before ?? 'none'} to ${after}; update again.`;
  return { outcome: 'done', message, value: null };
}
