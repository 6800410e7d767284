/** What only root may do on Linux, where the service that does the rest is not root. */
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { BridgeFiles } from '../firewall/linux/bridge.ts';
import type { Agent } from '../tasks/agent.ts';

/**
 * The service's agent, as root's `tsadmin` uses it: what changes settings or rules is followed by loading the kernel module
 * for bridges where the settings ask for it, now and at each boot; `remove` by forgetting it.
 */
export function withRootSteps(agent: Agent, { platform, root }: AgentLocation): Agent {
  if (platform !== 'linux' || process.getuid?.() !== 0) return agent;
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    await settle(agent, bridgeFiles(root));
    return done;
  };
  return {
    ...agent,
    add: (...args) => settled(agent.add(...args)),
    configure: (...args) => settled(agent.configure(...args)),
    update: (...args) => settled(agent.update(...args)),
    enable: (...args) => settled(agent.enable(...args)),
    remove: (...args) => settled(agent.remove(...args)),
  };
}

/** The files of ours that the host reads at boot. */
export function bridgeFiles(root: string): BridgeFiles {
  return {
    modules: join(root, '/etc/modules-load.d/threatstop.conf'),
    sysctls: join(root, '/etc/sysctl.d/60-threatstop.conf'),
  };
}

async function settle(agent: Agent, files: BridgeFiles): Promise<void> {
  const settings = await agent.settings();
  const { settleBridge } = await import('./settle-bridge.ts');
  return settleBridge(settings?.values.load_br_netfilter === true, files);
}
