/** The agent a command works with: the running service's, or one of its own. Only what is needed is loaded. */
import type { AgentLocation, SettingsReader } from '../cli/context.ts';
import { agentBesideSilence, agentWithWayOut, remoteAgent } from '../control/agent.ts';
import { connectControl, type ControlConnection } from '../control/client.ts';
import { CONTROL_PROTOCOL } from '../control/messages.ts';
import { HostError } from '../core/errors.ts';
import type { Agent } from '../tasks/agent.ts';
import { hostPaths } from './host-paths.ts';
import { RELEASE } from './release.ts';
import { withRootSteps } from './root-steps.ts';
import { startCommands } from './start-commands.ts';

/**
 * The agent for one command. The caller closes it. A service of another release or platform is left alone: the locks keep
 * both apart.
 * @throws HostError when neither the service nor the state can be opened
 */
export async function agentForCommand(location: AgentLocation): Promise<Agent> {
  const service = await connectControl(hostPaths(location).control);
  if (service === 'silent') return agentBesideSilence(await openAlone(location));
  if (service !== null && isOurs(service, location)) {
    const agent = agentWithWayOut(remoteAgent(service), () => openAlone(location));
    return withRootSteps(agent, location);
  }
  service?.close();
  return openAlone(location);
}

/**
 * As {@link agentForCommand}, for a command that only looks at the settings.
 * @throws HostError when neither the service nor the state can be opened
 */
export async function settingsForCommand(location: AgentLocation): Promise<SettingsReader> {
  const service = await connectControl(hostPaths(location).control);
  if (service !== null && service !== 'silent') {
    if (isOurs(service, location)) return remoteAgent(service);
    service.close();
  }
  const { openSettings } = await import('./open-settings.ts');
  return openSettings(location);
}

/**
 * Orders something of the service that is no work of the agent, e.g. a login link.
 * @throws HostError when no service of this release runs; what the service throws
 */
export async function askService(
  location: AgentLocation,
  verb: string,
  actor: string,
  args: readonly unknown[],
): Promise<unknown> {
  const service = await connectControl(hostPaths(location).control);
  if (service === 'silent') throw noService(location, 'does not answer');
  if (service === null) throw noService(location, 'is not running');
  try {
    if (!isOurs(service, location)) throw noService(location, 'is of another release or platform');
    return await service.order(verb, actor, args);
  } finally {
    service.close();
  }
}

function isOurs({ greeting }: ControlConnection, { platform }: AgentLocation): boolean {
  return (
    greeting.protocol === CONTROL_PROTOCOL &&
    greeting.release === RELEASE &&
    greeting.platform === platform
  );
}

async function openAlone(location: AgentLocation): Promise<Agent> {
  const { openAgent } = await import('./open-agent.ts');
  return openAgent(location);
}

/** With the command that starts it. */
function noService({ platform }: AgentLocation, reason: string): HostError {
  const remedy = `Start it again: ${startCommands[platform]}`;
  return new HostError(`the service ${reason}`, { remedy });
}
