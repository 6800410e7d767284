import { FormatError, printable } from '../core/errors.ts';
import type { SettingsRecord } from '../core/ports.ts';

/** Version of the form below. */
const VERSION = '1';
/** Bytes of one character-string of a TXT record (RFC 1035 §3.3.14). */
const MAX_STRING_BYTES = 255;
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const SERIAL = /^(?:0|[1-9]\d{0,14})$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffd]/;

/**
 * A settings record as the strings of one TXT record, in UTF-8: `v=1`, `serial=<n>`, then `name=value` in the
 * order given. A value that does not fit 255 bytes goes on in the next string as `name+=rest`:
 * the reader joins them without anything between.
 * @throws FormatError for a name or value that cannot be written.
 */
export function encodeSettings(record: SettingsRecord): string[] {
  const serial = String(record.serial);
  if (!SERIAL.test(serial)) throw new FormatError(`The settings serial ${serial} is not usable.`);
  const strings = [`v=${VERSION}`, `serial=${serial}`];
  for (const [name, value] of Object.entries(record.values)) {
    if (isReserved(name)) throw new FormatError(`The settings name "${name}" is reserved.`);
    checkPair(name, value);
    strings.push(...splitPair(name, value));
  }
  return strings;
}

/**
 * Reads the strings of a settings record. Unknown names are kept.
 * @throws FormatError naming the string: another version, no serial, a name twice, a string that is not
 * `name=value`, a continuation of another name, control characters or bytes that are not UTF-8.
 */
export function decodeSettings(strings: readonly string[]): SettingsRecord {
  const [version, serial, ...pairs] = joinPairs(strings);
  if (version?.name !== 'v' || version.value !== VERSION) {
    throw new FormatError(
      `The settings record is not of version ${VERSION} ("v=${VERSION}" first).`,
      {
        remedy: 'Update the agent if the portal is newer.',
      },
    );
  }
  if (serial?.name !== 'serial' || !SERIAL.test(serial.value)) {
    throw new FormatError('The settings record has no usable serial behind its version.');
  }
  const values = new Map<string, string>();
  for (const { name, value } of pairs) {
    if (values.has(name) || isReserved(name)) {
      throw new FormatError(`The settings record names "${name}" twice.`);
    }
    values.set(name, value);
  }
  return { serial: Number(serial.value), values: Object.fromEntries(values) };
}

interface Pair {
  readonly name: string;
  value: string;
}

function joinPairs(strings: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  for (const string of strings) {
    const parts = /^([^=+]*)(\+?)=(.*)$/su.exec(string);
    if (!parts) throw notAPair(string);
    const [, name = '', continued, value = ''] = parts;
    checkPair(name, value);
    if (continued === '') pairs.push({ name, value });
    else append(pairs.at(-1), name, value);
  }
  return pairs;
}

function append(last: Pair | undefined, name: string, rest: string): void {
  if (last?.name !== name) {
    throw new FormatError(`The settings record continues "${name}", which is not before it.`);
  }
  last.value += rest;
}

function splitPair(name: string, value: string): string[] {
  const strings: string[] = [];
  let current = `${name}=`;
  let bytes = current.length;
  for (const character of value) {
    const more = Buffer.byteLength(character);
    if (bytes + more > MAX_STRING_BYTES) {
      strings.push(current);
      current = `${name}+=`;
      bytes = current.length;
    }
    current += character;
    bytes += more;
  }
  return [...strings, current];
}

function checkPair(name: string, value: string): void {
  if (!NAME.test(name)) throw notAPair(`${name}=`);
  if (CONTROL.test(value) || !value.isWellFormed()) {
    throw new FormatError(`The settings value of "${name}" has characters that are not allowed.`);
  }
}

function isReserved(name: string): boolean {
  return name === 'v' || name === 'serial';
}

function notAPair(string: string): FormatError {
  const shown = printable(string.slice(0, 64));
  return new FormatError(`The settings record holds "${shown}", which is not name=value.`);
}
