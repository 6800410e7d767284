/** Enforcement on and off. */
import { FirewallError } from '../core/errors.ts';
import type { AgentPorts } from './agent-ports.ts';
import { requireSettings } from './load-settings.ts';

/** What switching needs. */
export type SwitchPorts = Pick<
  AgentPorts,
  'driver' | 'history' | 'settingsStore' | 'portalRecord' | 'identity'
>;

/**
 * Puts the rules in and remembers that they are to stay.
 * @returns whether anything changed
 * @throws FirewallError when there is no policy to enforce, or the rules are not in place afterwards
 */
export async function enableEnforcement(ports: SwitchPorts): Promise<boolean> {
  const settings = await requireSettings(ports);
  if (ports.history.current() === null) {
    throw new FirewallError('there is no policy to enforce yet', {
      remedy: 'Run "tsadmin update" (or Update now) and see why the policy is missing.',
    });
  }
  const before = await ports.driver.verify();
  await ports.driver.enable();
  const { rulesInPlace } = await ports.driver.verify();
  if (!rulesInPlace) {
    throw new FirewallError('the rules are not in place though the firewall reported no error');
  }
  await storeEnabled(ports, true);
  return !before.rulesInPlace || !settings.enabled;
}

/**
 * Takes the rules out; the tables stay. Works whatever state the settings are in.
 * @returns whether anything changed
 */
export async function disableEnforcement(ports: SwitchPorts): Promise<boolean> {
  const before = await ports.driver.verify();
  await ports.driver.disable();
  const changed = await storeEnabled(ports, false);
  return before.rulesInPlace || changed;
}

async function storeEnabled(ports: SwitchPorts, enabled: boolean): Promise<boolean> {
  const local = await ports.settingsStore.read();
  const wanted = enabled ? 'yes' : 'no';
  if (local === null || (local['enabled'] ?? 'no') === wanted) return false;
  await ports.settingsStore.write({ ...local, enabled: wanted });
  return true;
}
