/** Reading fields of a CSV line in bytes. A line goes from `start` to before `end`. */

const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;

/** Where field `index` (from 0) begins; -1 when the line has fewer. */
export function fieldStart(bytes: Uint8Array, start: number, end: number, index: number): number {
  let missing = index;
  let at = start;
  while (missing > 0 && at < end) {
    if (bytes[at] === COMMA) missing -= 1;
    at += 1;
  }
  return missing === 0 ? at : -1;
}

/** Where the field that begins at `at` ends: its comma, or the line's end. */
export function fieldEnd(bytes: Uint8Array, at: number, end: number): number {
  let place = at;
  while (place < end && bytes[place] !== COMMA) place += 1;
  return place;
}

/** The number in the field that begins at `at`; -1 when it is none of 1 to 10 digits. */
export function readNumber(bytes: Uint8Array, at: number, end: number): number {
  const stop = fieldEnd(bytes, at, end);
  if (stop === at || stop - at > 10) return -1;
  let value = 0;
  for (let place = at; place < stop; place += 1) {
    const digit = (bytes[place] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The IPv4 address from `start` to before `end` as a number; -1 when it is none. */
export function readAddress4(bytes: Uint8Array, start: number, end: number): number {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === DOT && octet !== -1) {
      word = word * 256 + octet;
      octet = -1;
      dots += 1;
    } else {
      octet = Math.max(octet, 0) * 10 + byte - ZERO;
      if (byte < ZERO || byte > ZERO + 9 || octet > 255) return -1;
    }
  }
  return dots === 3 && octet !== -1 ? word * 256 + octet : -1;
}
