import { PortalError, SettingsError } from '../core/errors.ts';
import type { Actor } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { followRulesOfPortal } from './follow-rules.ts';
import { recordRun } from './record-run.ts';
import { syncSettings } from './sync-settings.ts';

/**
 * New settings from the portal, where the installation is of type auto. A portal that cannot be reached, or that sends
 * settings which cannot be used, leaves the last ones in force: the failure is recorded, and shown as an open problem
 * until a later look succeeds.
 */
export async function followPortal(ports: AgentPorts, actor: Actor): Promise<void> {
  const local = await ports.settingsStore.read();
  if (local?.['type'] !== 'auto') return;
  try {
    const { run } = await recordRun(ports, 'settings', actor, async () => {
      const changes = await syncSettings(ports, local);
      return changes.length === 0
        ? { outcome: 'unchanged', message: 'The portal has no new settings.', value: null }
        : { outcome: 'done', message: `New settings: ${changes.join('; ')}.`, value: null };
    });
    if (run.outcome === 'done') await followRulesOfPortal(ports, actor);
  } catch (error) {
    if (!(error instanceof PortalError || error instanceof SettingsError)) throw error;
    ports.log.warn('settings: the last ones stay in force');
  }
}
