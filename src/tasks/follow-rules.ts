/** Rules that are in follow the settings they were made with. */
import { AgentError } from '../core/errors.ts';
import type { Actor } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { loadSettings } from './load-settings.ts';
import { recordRun } from './record-run.ts';

/** What following needs. */
export type FollowPorts = Pick<
  AgentPorts,
  'driver' | 'history' | 'settingsStore' | 'portalRecord' | 'identity'
>;

/**
 * Makes the rules anew where the policy is enabled; those that are as they should be stay. To be called under the lock of
 * the firewall.
 * @throws FirewallError or HostError; the rules are then what they were
 */
export async function followRules(ports: FollowPorts): Promise<void> {
  if (await isEnforced(ports)) await ports.driver.enable();
}

/**
 * The same after the portal has sent new settings. A failure is recorded, and does not keep the policy from being updated.
 */
export async function followRulesOfPortal(ports: AgentPorts, actor: Actor): Promise<void> {
  if (!(await isEnforced(ports))) return;
  try {
    await recordRun(ports, 'configure', actor, async () => {
      await followRules(ports);
      return { outcome: 'done', message: 'The rules follow the new settings.', value: null };
    });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    ports.log.warn('settings: the rules are as the settings before had them');
  }
}

async function isEnforced(ports: FollowPorts): Promise<boolean> {
  const settings = await loadSettings(ports);
  return settings?.values.enabled === true && ports.history.current() !== null;
}
