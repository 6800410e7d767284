import { SettingsError } from '../core/errors.ts';
import { resolveSettings, type ResolvedSettings } from '../config/settings.ts';
import type { Settings } from '../config/options.ts';
import type { AgentPorts } from './agent-ports.ts';

/** The ports settings are read through. */
export interface SettingsPorts extends Pick<AgentPorts, 'settingsStore' | 'portalRecord'> {
  readonly identity: Pick<AgentPorts['identity'], 'defaults'>;
}

/**
 * The settings in force, or null when the device is not set up.
 * @throws SettingsError when what is stored cannot be used
 */
export async function loadSettings(ports: SettingsPorts): Promise<ResolvedSettings | null> {
  const local = await ports.settingsStore.read();
  if (local === null) return null;
  const portal = local['type'] === 'auto' ? ports.portalRecord.load() : null;
  return resolveSettings(local, portal?.values ?? null, ports.identity.defaults);
}

/** The settings in force. @throws SettingsError when the device is not set up */
export async function requireSettings(ports: SettingsPorts): Promise<Settings> {
  const resolved = await loadSettings(ports);
  if (resolved === null) {
    throw new SettingsError('this device is not set up', {
      remedy: 'Run "tsadmin add", or use the set-up form of the page.',
    });
  }
  return resolved.values;
}
