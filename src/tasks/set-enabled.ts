/** Enforcement on and off. */
import { FirewallError } from '../core/errors.ts';
import type { AgentPorts } from './agent-ports.ts';
import { cutBlocked, NOTHING_CUT, type Cut } from './cut-connections.ts';
import { requireSettings } from './load-settings.ts';
import { GLANCE } from './look.ts';

/** What switching needs. */
export type SwitchPorts = Pick<
  AgentPorts,
  'driver' | 'history' | 'policyStore' | 'settingsStore' | 'portalRecord' | 'identity'
>;

/** What came of it. */
export interface Switched {
  readonly changed: boolean;
  readonly cut: Cut;
}

/**
 * Puts the rules in, remembers that they are to stay, and ends the connections that they would not have let in.
 * @throws FirewallError when there is no policy to enforce, or the rules are not in place afterwards
 */
export async function enableEnforcement(ports: SwitchPorts): Promise<Switched> {
  const settings = await requireSettings(ports);
  if (ports.history.current() === null) {
    throw new FirewallError('there is no policy to enforce yet', {
      remedy: 'Run "tsadmin update" (or Update now) and see why the policy is missing.',
    });
  }
  const before = await ports.driver.verify(GLANCE);
  await ports.driver.enable();
  const { rulesInPlace } = await ports.driver.verify(GLANCE);
  if (!rulesInPlace) {
    throw new FirewallError('the rules are not in place though the firewall reported no error');
  }
  await storeEnabled(ports, true);
  const cut = before.rulesInPlace ? NOTHING_CUT : await cutBlocked(ports, settings);
  return { changed: !before.rulesInPlace || !settings.enabled, cut };
}

/** Takes the rules out; the tables stay. Works whatever state the settings are in. */
export async function disableEnforcement(ports: SwitchPorts): Promise<Switched> {
  const before = await ports.driver.verify(GLANCE);
  await ports.driver.disable();
  const changed = await storeEnabled(ports, false);
  return { changed: before.rulesInPlace || changed, cut: NOTHING_CUT };
}

async function storeEnabled(ports: SwitchPorts, enabled: boolean): Promise<boolean> {
  const local = await ports.settingsStore.read();
  const wanted = enabled ? 'yes' : 'no';
  if (local === null || (local['enabled'] ?? 'no') === wanted) return false;
  await ports.settingsStore.write({ ...local, enabled: wanted });
  return true;
}
