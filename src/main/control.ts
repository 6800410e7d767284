/** The control socket of the running service. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import { CONTROL_PROTOCOL } from '../control/messages.ts';
import { createControlServer } from '../control/server.ts';
import { agentVerbs, type ControlVerbs } from '../control/verbs.ts';
import { bindServer, closeServer } from '../system/listen.ts';
import type { Agent } from '../tasks/agent.ts';
import type { AgentPorts } from '../tasks/agent-ports.ts';
import { hostPaths } from './host-paths.ts';

/** Most bytes of a socket's path: `sun_path` has 104 on the BSDs and 108 on Linux, with the final zero. */
const MOST_PATH_BYTES = 103;

/**
 * Takes orders of `tsadmin`.
 * @param verbs orders beside those of the agent
 * @returns ends it
 * @throws HostError when another service listens, or the socket cannot be made
 */
export async function serveControl(
  location: AgentLocation,
  agent: Agent,
  { identity, log }: Pick<AgentPorts, 'identity' | 'log'>,
  verbs: ControlVerbs = {},
): Promise<() => Promise<void>> {
  const socketPath = hostPaths(location).control;
  if (Buffer.byteLength(socketPath) > MOST_PATH_BYTES) {
    log.warn(`control: ${socketPath} is too long for a socket; tsadmin works by itself`);
    return () => Promise.resolve();
  }
  const { product, release, platform } = identity;
  const { server, cut } = createControlServer({
    greeting: { protocol: CONTROL_PROTOCOL, product, release, platform },
    verbs: { ...verbs, ...agentVerbs(agent) },
    progress: () => agent.progress(),
    log,
  });
  await mkdir(dirname(socketPath), { recursive: true });
  await bindServer(server, { socketPath });
  return () => closeServer(server, cut);
}
