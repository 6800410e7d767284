/** Setting a device up and taking it away again. */
import { messageOf, PortalError, SettingsError } from '../core/errors.ts';
import { resolveSettings, parseOption } from '../config/settings.ts';
import { isOptionName, maySet, type Settings } from '../config/options.ts';
import type { RawSettings } from '../core/ports.ts';
import type { AddOptions } from './agent.ts';
import type { AddressCheck, AgentPorts } from './agent-ports.ts';
import { GLANCE } from './look.ts';
import { fetchRecord } from './sync-settings.ts';

/** What setting up needs. */
export type AddPorts = Pick<
  AgentPorts,
  'settingsStore' | 'portalRecord' | 'identity' | 'upstream' | 'driver'
>;

/**
 * Checks the settings, asks the portal for the rest (type auto), checks the public address, and only then stores
 * anything. A device that is enabled stays enabled.
 * @returns notes for the administrator
 * @throws SettingsError, PortalError; nothing is stored then
 */
export async function addDevice(
  ports: AddPorts,
  given: RawSettings,
  addOptions: AddOptions,
): Promise<readonly string[]> {
  checkLocal(given);
  const { rulesInPlace } = await ports.driver.verify(GLANCE);
  const local: RawSettings = { ...given, enabled: rulesInPlace ? 'yes' : 'no' };
  const record = local['type'] === 'auto' ? await fetchRecord(ports, local) : null;
  const { values } = resolveSettings(local, record?.values ?? null, ports.identity.defaults);
  if (values.device_id === '') {
    throw new SettingsError('option device_id: it is missing', {
      remedy: 'Give --device_id as the portal shows it.',
    });
  }
  const notes = addOptions.checkValidIp ? await checkAddress(ports, values) : [];
  await ports.settingsStore.write(local);
  if (record === null) ports.portalRecord.clear();
  else ports.portalRecord.save(record);
  return notes;
}

/** @throws SettingsError for an unknown option, one that only the portal sets, or a value that cannot be used */
export function checkLocal(settings: RawSettings): void {
  for (const [name, text] of Object.entries(settings)) {
    if (!isOptionName(name)) throw new SettingsError(`option ${name}: there is no such option`);
    if (!maySet('local', name)) {
      throw new SettingsError(`option ${name}: only the portal sets it`);
    }
    parseOption(name, text);
  }
}

async function checkAddress(ports: AddPorts, settings: Settings): Promise<readonly string[]> {
  const { address, authorized } = await ask(ports, settings);
  if (authorized) {
    return [`Your IP address: ${address}`, 'Address is in the list of authorized hosts'];
  }
  throw new SettingsError(
    `Your IP address: ${address}. Address is not in the list of authorized hosts`,
    {
      remedy: "Enter it as the device's public address on the portal, or use --skip_checkvalidip.",
    },
  );
}

async function ask({ upstream }: AddPorts, settings: Settings): Promise<AddressCheck> {
  try {
    return await upstream.checkAddress(settings);
  } catch (error) {
    if (!(error instanceof PortalError)) throw error;
    throw new PortalError(messageOf(error), {
      remedy: `${error.remedy} Or leave this check out: --skip_checkvalidip.`.trim(),
      cause: error,
    });
  }
}
