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
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    await settleBridge(agent, bridgeFiles(root));
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

/** The files of ours that the host reads at boot. */
export function bridgeFiles(root: string): BridgeFiles {
  return {
    modules: join(root, '/etc/modules-load.d/threatstop.conf'),
    sysctls: join(root, '/etc/sysctl.d/60-threatstop.conf'),
  };
}

async function settleBridge(agent: Agent, files: BridgeFiles): Promise<void> {
  const settings = await agent.settings();
  const { forgetBridgeFilter, loadBridgeFilter } = await import('../firewall/linux/bridge.ts');
  const { runCommand } = await import('../system/run-command.ts');
  const isWanted = settings?.values.load_br_netfilter === true;
  return (isWanted ? loadBridgeFilter : forgetBridgeFilter)(runCommand, files);
}
