import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { DeviceTable } from '../tables/devices.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * The text of the address check: whether a device is registered with this address. The portal's own host
 * always is, since a device that runs beside it comes from a loopback address.
 * @param remote address of the other end as the socket tells it
 */
export function validIpText(remote: string, devices: DeviceTable): string {
  const address = remote.replace(/^::ffff:(?=\d+\.)/i, '');
  const listed = isLoopback(address) || devices.hasAddress(address);
  const verdict = listed ? 'is in the list' : 'is not in the list';
  return `Your IP address: ${address}\nAddress ${verdict} of authorized hosts\n`;
}

function isLoopback(address: string): boolean {
  if (isIPv4(address)) return loopback.check(address, 'ipv4');
  return isIPv6(address) && loopback.check(address, 'ipv6');
}
