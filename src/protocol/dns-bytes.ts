import { FormatError } from '../core/errors.ts';

/** The largest DNS message over TCP in bytes: its length is sent as 16 bits (RFC 1035 §4.2.2). */
export const MAX_MESSAGE_BYTES = 65_535;

/** One octet. @throws FormatError when it is outside the message. */
export function uint8At(message: Uint8Array, offset: number): number {
  const octet = message[offset];
  if (octet === undefined) throw cutAt(message);
  return octet;
}

/** A big-endian 16-bit number. @throws FormatError when it is not wholly inside the message. */
export function uint16At(message: Uint8Array, offset: number): number {
  return (uint8At(message, offset) << 8) | uint8At(message, offset + 1);
}

/** A big-endian 32-bit number, unsigned. @throws FormatError when it is not wholly inside the message. */
export function uint32At(message: Uint8Array, offset: number): number {
  return uint16At(message, offset) * 0x10000 + uint16At(message, offset + 2);
}

/** A big-endian 48-bit number, as TSIG times are. @throws FormatError when it is not wholly inside the message. */
export function uint48At(message: Uint8Array, offset: number): number {
  return uint16At(message, offset) * 0x1_0000_0000 + uint32At(message, offset + 2);
}

/** The numbers as big-endian octets, 2 each. */
export function uint16s(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >>> 8) & 0xff, value & 0xff]));
}

/** The numbers as big-endian octets, 4 each. */
export function uint32s(...values: readonly number[]): Uint8Array {
  return uint16s(...values.flatMap((value) => [value >>> 16, value & 0xffff]));
}

/** A number below 2^48 as 6 big-endian octets. */
export function uint48(value: number): Uint8Array {
  const high = Math.floor(value / 0x1_0000_0000);
  return uint16s(high, Math.floor(value / 0x10000) & 0xffff, value % 0x10000);
}

/** The parts one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function cutAt(message: Uint8Array): FormatError {
  return new FormatError(`DNS message of ${message.length} bytes ends inside a field.`);
}
