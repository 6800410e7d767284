import type { PortalAddresses } from '../addresses.ts';
import type { IssuedDevice } from './devices.ts';

/** The command that links a device to this portal. It holds the key. */
export function addCommandOf(
  device: IssuedDevice,
  { settings }: Pick<PortalAddresses, 'settings'>,
  pin: string,
): string {
  return [
    'tsadmin add --type=auto',
    `--device_id=${device.id} --auto_key=${device.autoKey}`,
    `--settings_server=${settings.host} --settings_port=${settings.port} --portal_pin=${pin}`,
  ].join(' ');
}
