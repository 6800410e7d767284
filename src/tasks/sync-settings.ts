/** Web automation: ask the portal for the device's settings, check them as a whole, keep them. */
import { resolveSettings } from '../config/settings.ts';
import { options, isOptionName, maySet, type Settings } from '../config/options.ts';
import type { RawSettings, SettingsRecord } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

/** What the look at the portal needs. */
export type SyncPorts = Pick<
  AgentPorts,
  'settingsStore' | 'portalRecord' | 'identity' | 'upstream'
>;

/** The record as the portal has it now. @throws PortalError; SettingsError when it cannot be used as a whole */
export async function fetchRecord(
  ports: Pick<AgentPorts, 'upstream' | 'identity'>,
  local: RawSettings,
): Promise<SettingsRecord> {
  const settings = resolveSettings(local, null, ports.identity.defaults).values;
  const record = await ports.upstream.settingsSource(settings).fetch(credentialsOf(settings));
  resolveSettings(local, record.values, ports.identity.defaults);
  return record;
}

/**
 * Takes over the portal's settings.
 * @returns what changed, as sentences; empty when nothing did
 */
export async function syncSettings(ports: SyncPorts, local: RawSettings): Promise<string[]> {
  const record = await fetchRecord(ports, local);
  const before = ports.portalRecord.load();
  const changes = describeChanges(before?.values ?? {}, record.values);
  if (before?.serial !== record.serial || changes.length > 0) ports.portalRecord.save(record);
  return changes;
}

function credentialsOf(settings: Settings) {
  return {
    deviceId: settings.device_id,
    autoKey: settings.auto_key,
    server: settings.settings_server,
    port: settings.settings_port,
    zone: settings.settings_zone,
  };
}

function describeChanges(before: RawSettings, after: RawSettings): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => isOptionName(name) && maySet('portal', name))
    .filter((name) => before[name] !== after[name])
    .map((name) => {
      if (isOptionName(name) && options[name].secret) return `${name} changed`;
      return `${name}: ${before[name] ?? '(not set)'} → ${after[name] ?? '(not set)'}`;
    });
}
