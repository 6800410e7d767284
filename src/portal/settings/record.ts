import { formatOption } from '../../config/settings.ts';
import { options, type OptionName } from '../../config/options.ts';
import type { RawSettings, SettingsRecord } from '../../core/ports.ts';
import type { PortalPlace } from '../place.ts';
import type { Device } from '../tables/devices.ts';
import type { Policy } from '../tables/policies.ts';

/** Intervals the portal always says, so that an administrator sees in one place how often a device calls. */
const INTERVALS: readonly OptionName[] = [
  'policy_interval',
  'settings_interval',
  'upload_interval',
];

/** A policy, and whether it has an allow list: an empty list is none, and devices refuse lists that are not there. */
export interface DevicePolicy {
  readonly policy: Policy;
  readonly hasAllowList: boolean;
}

/**
 * The settings record of a device: its policy and the portal's own services, over TLS and signed; what is set for the
 * device goes before both. Its serial grows when the device, its policy or the place of the portal changes.
 */
export function settingsRecordOf(
  device: Device,
  given: DevicePolicy | null,
  { addresses, serial }: PortalPlace,
): SettingsRecord {
  const values: Record<string, string> = {
    nickname: device.nickname,
    block_list: given?.policy.blockList ?? '',
    allow_list: given?.hasAllowList === true ? given.policy.allowList : '',
    dns_server: addresses.policy.host,
    port: String(addresses.policy.port),
    policy_tls: 'yes',
    policy_tsig: 'yes',
    log_url: addresses.intakeUrl,
    validip_url: addresses.validIpUrl,
    ...defaultIntervals(),
    ...device.settings,
  };
  const policySerial = given?.policy.settingsSerial ?? 0;
  return { serial: Math.max(device.serial, policySerial, serial), values };
}

function defaultIntervals(): RawSettings {
  return Object.fromEntries(
    INTERVALS.map((name) => [name, formatOption(name, options[name].default as never)]),
  );
}
