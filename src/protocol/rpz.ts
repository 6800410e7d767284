import type { PrefixBuilder } from '../core/prefix-builder.ts';

/** The label that marks a trigger by address in a response policy zone. */
const RPZ_IP = 'rpz-ip';

/** Where a prefix goes: one builder for each family. */
export interface PrefixTarget {
  readonly v4: PrefixBuilder;
  readonly v6: PrefixBuilder;
}

/**
 * Adds the prefix that an owner name of a response policy zone stands for: `24.0.2.0.192.rpz-ip` is 192.0.2.0/24,
 * `48.zz.0.db8.2001.rpz-ip` is 2001:db8::/48 (`zz` stands for `::`). Words run from the least significant one.
 * Source: draft-vixie-dnsop-dns-rpz §4.1.1.
 * @param labels lower case, without those of the zone
 * @returns false when the name is not of this form; nothing is added then
 */
export function addRpzPrefix(labels: readonly string[], into: PrefixTarget): boolean {
  const [length = '', ...reversed] = labels.slice(0, -1);
  if (labels.at(-1) !== RPZ_IP || !/^\d{1,3}$/.test(length)) return false;
  const words = reversed.toReversed();
  return add4(words, Number(length), into.v4) || add6(words, Number(length), into.v6);
}

/**
 * {@link addRpzPrefix} for the common case, without making texts: an IPv4 trigger, its name on the wire, not
 * compressed, without the labels of the zone.
 * @returns false when the name is anything else; nothing is added then
 */
export function addRpzPrefix4(bytes: Uint8Array, start: number, into: PrefixBuilder): boolean {
  let at = start;
  let word = 0;
  let length = -1;
  for (let label = 0; label < 5; label++) {
    const value = numberIn(bytes, at);
    if (value < 0 || value > 255) return false;
    if (label === 0) length = value;
    else word |= value << (8 * (label - 1));
    at += 1 + (bytes[at] ?? 0);
  }
  if (length < 1 || length > 32 || !isLastLabel(bytes, at)) return false;
  into.add4(word, length);
  return true;
}

/** The decimal number of 1 to 3 digits that is the label; -1 when it is none. */
function numberIn(bytes: Uint8Array, at: number): number {
  const digits = bytes[at] ?? 0;
  if (digits < 1 || digits > 3) return -1;
  let value = 0;
  for (let i = 1; i <= digits; i++) {
    const digit = (bytes[at + i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const RPZ_IP_END = Buffer.from('\x06rpz-ip\0', 'latin1');

function isLastLabel(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < RPZ_IP_END.length; i++) if (bytes[at + i] !== RPZ_IP_END[i]) return false;
  return true;
}

/** Whether the last label marks a trigger by address. */
export function isRpzAddress(labels: readonly string[]): boolean {
  return labels.at(-1) === RPZ_IP;
}

function add4(octets: readonly string[], length: number, into: PrefixBuilder): boolean {
  const valid = octets.length === 4 && octets.every((octet) => isOctet(octet));
  if (!valid || length < 1 || length > 32) return false;
  into.add4(
    octets.reduce((word, octet) => (word << 8) | Number(octet), 0),
    length,
  );
  return true;
}

function isOctet(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) < 256;
}

function add6(groups: readonly string[], length: number, into: PrefixBuilder): boolean {
  const full = withoutZz(groups);
  const valid = full.length === 8 && full.every((group) => /^[0-9a-f]{1,4}$/.test(group));
  if (!valid || length < 1 || length > 128) return false;
  const word = (at: number) =>
    (parseInt(full[at] ?? '', 16) << 16) | parseInt(full[at + 1] ?? '', 16);
  into.add6(word(0), word(2), word(4), word(6), length);
  return true;
}

/** `zz`, once, as the zero groups it stands for. */
function withoutZz(groups: readonly string[]): readonly string[] {
  const at = groups.indexOf('zz');
  if (at < 0 || groups.length > 8) return groups;
  const zeros = new Array<string>(9 - groups.length).fill('0');
  return [...groups.slice(0, at), ...zeros, ...groups.slice(at + 1)];
}
