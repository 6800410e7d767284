/** `ts-service --restore`: what is to be in force after a reboot, from the disk alone. */
import type { AgentLocation } from '../cli/context.ts';
import { systemClock } from '../system/clock.ts';
import { streamLog } from '../system/log.ts';
import { createAgent } from '../tasks/create-agent.ts';
import { openPorts } from './open-agent.ts';

/**
 * Loads the last good policy, and the rules where it is enabled, before there is a network; then ends.
 * @returns what was done, as a sentence
 * @throws HostError or FirewallError when the policy is not in force afterwards
 */
export async function restore(location: AgentLocation): Promise<string> {
  const log = streamLog(process.stderr, () => systemClock.now());
  const agent = createAgent(openPorts(location, log));
  try {
    if ((await agent.settings()) === null) return 'This device is not set up.';
    const wentBack = await agent.goBack();
    return (wentBack ?? (await agent.verify('schedule'))).message;
  } finally {
    agent.close();
  }
}
