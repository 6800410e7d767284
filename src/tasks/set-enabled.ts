/** Enforcement on and off. */
import { FirewallError, HostError } from '../core/errors.ts';
import type { Actor } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { cutBlocked, NOTHING_CUT, type Cut } from './cut-connections.ts';
import { requireSettings } from './load-settings.ts';
import { GLANCE } from './look.ts';

/** What switching needs. */
export type SwitchPorts = Pick<
  AgentPorts,
  | 'clock'
  | 'confirmation'
  | 'driver'
  | 'history'
  | 'policyStore'
  | 'settingsStore'
  | 'portalRecord'
  | 'identity'
>;

/** What came of it. */
export interface Switched {
  readonly changed: boolean;
  readonly cut: Cut;
}

/**
 * Puts the rules in, remembers that they are to stay, and ends the connections that they would not have let in; with
 * `confirmWithin`, the rules stay only when somebody confirms. The wait is remembered before the rules are touched, so
 * that a process that dies in between leaves no rules that nobody watches. A device that is enabled already is not put at
 * risk by a second enable: a wait that runs goes on, and none is begun.
 * @param confirmWithin seconds; 0: nobody is asked, which also ends a wait that runs
 * @throws FirewallError when there is no policy to enforce, or the rules are not in place afterwards
 */
export async function enableEnforcement(
  ports: SwitchPorts,
  actor: Actor,
  confirmWithin: number,
): Promise<Switched> {
  const settings = await requireSettings(ports);
  if (ports.history.current() === null) {
    throw new FirewallError('there is no policy to enforce yet', {
      remedy: 'Run "tsadmin update" (or Update now) and see why the policy is missing.',
    });
  }
  const before = await ports.driver.verify(GLANCE);
  if (!settings.enabled && confirmWithin > 0) {
    const since = ports.clock.now();
    ports.confirmation.save({ kind: 'awaited', since, until: since + confirmWithin * 1000, actor });
  }
  await putRulesIn(ports);
  await storeEnabled(ports, true);
  if (confirmWithin === 0) forgetConfirmation(ports);
  const cut = before.rulesInPlace ? NOTHING_CUT : await cutBlocked(ports, settings);
  return { changed: !before.rulesInPlace || !settings.enabled, cut };
}

/** Takes the rules out; the tables stay. Works whatever state the settings and the firewall are in. */
export async function disableEnforcement(ports: SwitchPorts): Promise<Switched> {
  const wereInPlace = await mayBeInPlace(ports);
  await ports.driver.disable();
  const changed = await storeEnabled(ports, false);
  forgetConfirmation(ports);
  return { changed: wereInPlace || changed, cut: NOTHING_CUT };
}

/** A wait that failed to begin is left to the deadline when rules may be in place all the same. */
async function putRulesIn(ports: SwitchPorts): Promise<void> {
  try {
    await ports.driver.enable();
    const { rulesInPlace } = await ports.driver.verify(GLANCE);
    if (!rulesInPlace) {
      throw new FirewallError('the rules are not in place though the firewall reported no error');
    }
  } catch (error) {
    const { enabled } = await requireSettings(ports);
    if (!enabled && !(await mayBeInPlace(ports))) forgetConfirmation(ports);
    throw error;
  }
}

/** What cannot be read (no pfctl, no rights) may be in place. */
async function mayBeInPlace({ driver }: SwitchPorts): Promise<boolean> {
  try {
    return (await driver.verify(GLANCE)).rulesInPlace;
  } catch (error) {
    if (error instanceof HostError || error instanceof FirewallError) return true;
    throw error;
  }
}

/** A full disk does not keep anybody from disabling: what is left of a wait ends by itself. */
function forgetConfirmation({ confirmation }: SwitchPorts): void {
  try {
    if (confirmation.load() !== null) confirmation.clear();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

async function storeEnabled(ports: SwitchPorts, enabled: boolean): Promise<boolean> {
  const local = await ports.settingsStore.read();
  const wanted = enabled ? 'yes' : 'no';
  if (local === null || (local['enabled'] ?? 'no') === wanted) return false;
  await ports.settingsStore.write({ ...local, enabled: wanted });
  return true;
}
