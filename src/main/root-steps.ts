/** What only root may do on Linux, where the service that does the rest is not root. */
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { Agent } from '../tasks/agent.ts';

/**
 * The service's agent, as root's `tsadmin` uses it: what changes settings or rules is followed by loading the kernel module
 * for bridges where the settings ask for it, now and at each boot; `remove` by forgetting it.
 */
export function withRootSteps(agent: Agent, { platform, root }: AgentLocation): Agent {
  if (platform !== 'linux' || process.getuid?.() !== 0) return agent;
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    await settleModules(agent, modulesFile(root));
    return done;
  };
  return {
    ...agent,
    add: (...args) => settle(agent.add(...args)),
    configure: (...args) => settle(agent.configure(...args)),
    update: (...args) => settle(agent.update(...args)),
    enable: (...args) => settle(agent.enable(...args)),
    remove: (...args) => settle(agent.remove(...args)),
  };
}

/** The file of ours in `/etc/modules-load.d`. */
export function modulesFile(root: string): string {
  return join(root, '/etc/modules-load.d/threatstop.conf');
}

async function settleModules(agent: Agent, path: string): Promise<void> {
  const settings = await agent.settings();
  const wanted = settings?.values.load_br_netfilter === true;
  const { forgetBridgeFilter, loadBridgeFilter } = await import('../firewall/linux/bridge.ts');
  if (!wanted) return forgetBridgeFilter(path);
  const { runCommand } = await import('../system/run-command.ts');
  return loadBridgeFilter(runCommand, path);
}
