/**
 * A UUID of version 7 (RFC 9562, 5.7), lower case: sorts by time.
 * @param time milliseconds since 1970, below 2^48
 * @param random 10 random bytes; their bits in the places of version and variant are not used
 */
export function uuidv7(time: number, random: Uint8Array): string {
  const stamp = time.toString(16).padStart(12, '0');
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = (0x8 | (Number.parseInt(hex.charAt(3), 16) & 0x3)).toString(16);
  return [
    stamp.slice(0, 8),
    stamp.slice(8),
    `7${hex.slice(0, 3)}`,
    `${variant}${hex.slice(4, 7)}`,
    hex.slice(7, 19),
  ].join('-');
}
