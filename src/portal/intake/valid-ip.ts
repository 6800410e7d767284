/**
 * The text of the address check: whether a device is registered with this address.
 * @param remote address of the other end as the socket tells it
 * @param isRegistered whether an address is one of a device, or on the access list
 */
export function validIpText(remote: string, isRegistered: (address: string) => boolean): string {
  const address = remote.replace(/^::ffff:(?=\d+\.)/i, '');
  const verdict = isRegistered(address) ? 'is in the list' : 'is not in the list';
  return `Your IP address: ${address}\nAddress ${verdict} of authorized hosts\n`;
}
