import { FormatError, printable } from '../core/errors.ts';
import { uint8At } from './dns-bytes.ts';

const LABEL = /^[A-Za-z0-9_-]{1,63}$/;
const MAX_TEXT = 253;
/** Octets of a name on the wire, with length octets and the final root label (RFC 1035 §3.1). */
const MAX_WIRE = 255;
/** Compression pointers followed in one name. Real names have one or two. */
const MAX_JUMPS = 16;

/**
 * The name in the form used everywhere in this program: lower case, without a final dot.
 * Labels are 1 to 63 letters, digits, `-` or `_`; the whole is at most 253 characters.
 * @throws FormatError quoting the text, made printable.
 */
export function checkName(text: string): string {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length > MAX_TEXT || !name.split('.').every((label) => LABEL.test(label))) {
    throw new FormatError(`"${printable(text.slice(0, 300))}" is not a DNS name.`, {
      remedy: 'Use labels of 1 to 63 letters, digits, "-" or "_", at most 253 characters together.',
    });
  }
  return name.toLowerCase();
}

/** The name on the wire, lower case, not compressed (RFC 1035 §3.1). @throws FormatError as {@link checkName}. */
export function encodeName(name: string): Uint8Array {
  const checked = checkName(name);
  const wire = new Uint8Array(checked.length + 2);
  let lengthAt = 0;
  for (let i = 0; i < checked.length; i++) {
    const code = checked.charCodeAt(i);
    if (code === DOT) lengthAt = i + 1;
    else {
      wire[i + 1] = code;
      wire[lengthAt] = i + 1 - lengthAt;
    }
  }
  return wire;
}

/**
 * The offset behind a name on the wire. The whole name is walked: its labels lie inside the message,
 * it is at most 255 octets, and its compression pointers go strictly backwards, 16 at most.
 * @throws FormatError otherwise.
 */
export function nameEnd(message: Uint8Array, start: number): number {
  const walk = new NameWalk(message, start);
  while (walk.next());
  return walk.end;
}

/**
 * The name at an offset as text, checked as {@link checkName} does; the root is refused.
 * @throws FormatError quoting it.
 */
export function readName(message: Uint8Array, start: number): string {
  return checkName(readLabels(message, start).join('.'));
}

/**
 * The labels of the name at an offset, whatever octets they hold (as Latin-1; a dot is `\.`). None for the root.
 * @throws FormatError as {@link nameEnd}.
 */
export function readLabels(message: Uint8Array, start: number): string[] {
  const labels: string[] = [];
  const walk = new NameWalk(message, start);
  while (walk.next()) {
    const label = message.subarray(walk.labelStart, walk.labelStart + walk.labelLength);
    labels.push(Buffer.from(label).toString('latin1').replaceAll('.', '\\.'));
  }
  return labels;
}

/** Whether two names of a message are equal, upper and lower case alike (RFC 4343). @throws FormatError as {@link nameEnd}. */
export function sameName(message: Uint8Array, one: number, two: number): boolean {
  if (one === two) return true;
  const a = new NameWalk(message, one);
  const b = new NameWalk(message, two);
  for (;;) {
    const more = a.next();
    if (b.next() !== more) return false;
    if (!more) return true;
    if (!sameLabel(message, a, b)) return false;
  }
}

/**
 * Copies a name in lower case, without compression, as fast as a zone of a million names needs it.
 * @param start of a name that {@link nameEnd} has accepted; another one may never end
 * @param into with room for 255 octets behind `at`
 * @returns the offset behind the copy
 */
export function copyName(message: Uint8Array, start: number, into: Uint8Array, at: number): number {
  let [from, to] = [start, at];
  for (;;) {
    const octet = message[from] ?? 0;
    if (octet >= 0xc0) {
      from = ((octet & 0x3f) << 8) | (message[from + 1] ?? 0);
      continue;
    }
    into[to++] = octet;
    if (octet === 0) return to;
    const end = from + octet;
    while (from++ < end) into[to++] = lower(message[from]);
  }
}

const DOT = 0x2e;

function sameLabel(message: Uint8Array, a: NameWalk, b: NameWalk): boolean {
  if (a.labelLength !== b.labelLength) return false;
  for (let i = 0; i < a.labelLength; i++) {
    if (lower(message[a.labelStart + i]) !== lower(message[b.labelStart + i])) return false;
  }
  return true;
}

function lower(octet = 0): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

/** Goes through the labels of one name, following its pointers. */
class NameWalk {
  /** Place and length of the label that `next` found. */
  labelStart = 0;
  labelLength = 0;
  /** Behind the name where it stands; known when `next` has returned false. */
  end = -1;
  readonly #message: Uint8Array;
  readonly #start: number;
  #at: number;
  /** Pointers must lead before this place, so that every walk ends. */
  #before: number;
  #jumps = 0;
  #octets = 1;

  constructor(message: Uint8Array, start: number) {
    this.#message = message;
    this.#start = start;
    this.#at = start;
    this.#before = start;
  }

  /** Moves to the next label; false at the end of the name. */
  next(): boolean {
    for (;;) {
      const octet = uint8At(this.#message, this.#at);
      if (octet === 0) {
        if (this.end < 0) this.end = this.#at + 1;
        return false;
      }
      if (octet < 0x40) return this.#label(octet);
      if (octet < 0xc0) throw this.#bad('has a label of an unknown kind');
      this.#jump(((octet & 0x3f) << 8) | uint8At(this.#message, this.#at + 1));
    }
  }

  #label(length: number): true {
    this.labelStart = this.#at + 1;
    this.labelLength = length;
    this.#at += 1 + length;
    this.#octets += 1 + length;
    if (this.#octets > MAX_WIRE) throw this.#bad('is longer than 255 octets');
    if (this.#at > this.#message.length) throw this.#bad('runs past the message');
    return true;
  }

  #jump(target: number): void {
    if (target >= this.#before) throw this.#bad('has a pointer that does not go backwards');
    this.#jumps += 1;
    if (this.#jumps > MAX_JUMPS) throw this.#bad('has too many pointers');
    if (this.end < 0) this.end = this.#at + 2;
    this.#at = target;
    this.#before = target;
  }

  #bad(what: string): FormatError {
    return new FormatError(`DNS message: the name at byte ${this.#start} ${what}.`);
  }
}
