import { isIP } from 'node:net';
import { isOptionName, maySet } from '../config/options.ts';
import { parseOption } from '../config/settings.ts';
import { SettingsError } from '../core/errors.ts';
import type { Clock, RawSettings } from '../core/ports.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';
import type { PortalAddresses } from './addresses.ts';
import { STARTER_ALLOW_LIST, STARTER_BLOCK_LIST } from './starter.ts';
import type { Store } from './store.ts';
import type { Device } from './tables/devices.ts';

/** A device to be. */
export interface DeviceRequest {
  readonly nickname?: string;
  /** Its public address, when that is fixed. */
  readonly address?: string;
  /** DNS names; default: the starter lists. */
  readonly blockLists?: readonly string[];
  readonly allowLists?: readonly string[];
  /** Further options for its settings record, as text. */
  readonly settings?: RawSettings;
}

/**
 * Makes a device with an id and a key of its own; a server that runs on the same state knows it at once.
 * @throws SettingsError naming what cannot be used
 */
export function registerDevice(store: Store, clock: Clock, request: DeviceRequest): Device {
  const { blockLists = [STARTER_BLOCK_LIST], allowLists = [STARTER_ALLOW_LIST] } = request;
  return store.devices.add({
    nickname: parseOption('nickname', request.nickname ?? ''),
    address: request.address === undefined ? null : checkAddress(request.address),
    blockLists: parseOption('block_list', blockLists.join(' ')),
    allowLists: parseOption('allow_list', allowLists.join(' ')),
    settings: checkSettings(request.settings ?? {}),
    created: clock.now(),
  });
}

/** The address as sockets tell it. */
function checkAddress(address: string): string {
  if (isIP(address) !== 0) return formatPrefix(parsePrefix(address));
  throw new SettingsError(`the address "${address}" is not an IP address`);
}

function checkSettings(settings: RawSettings): RawSettings {
  for (const [name, value] of Object.entries(settings)) {
    if (!isOptionName(name) || !maySet('portal', name)) {
      throw new SettingsError(`option ${name}: the portal cannot set it`);
    }
    parseOption(name, value);
  }
  return settings;
}

/** The command that links the device to this portal. It holds the key. */
export function addCommandOf(
  device: Device,
  { settings }: Pick<PortalAddresses, 'settings'>,
  pin: string,
): string {
  return [
    'tsadmin add --type=auto',
    `--device_id=${device.id} --auto_key=${device.autoKey}`,
    `--settings_server=${settings.host} --settings_port=${settings.port} --portal_pin=${pin}`,
  ].join(' ');
}
