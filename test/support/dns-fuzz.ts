/** Damaged DNS messages for all decoders. */
import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import type { PrefixList } from '../../src/core/prefix-list.ts';
import type { AplTarget } from '../../src/protocol/apl.ts';
import { decodeSmall, parseQuestion } from '../../src/protocol/dns-message.ts';
import { scanAddresses, type Asked } from '../../src/protocol/dns-response.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { readTsig } from '../../src/protocol/tsig.ts';
import { aplTarget } from './apl-target.ts';
import { bytesOf, capturedMessages } from './captured-messages.ts';

/** What came of it. */
export interface FuzzResult {
  /** Address answers that were read, though damaged. */
  readonly taken: number;
  /** The time of the slowest input, its best of four runs. */
  readonly longestMs: number;
}

/**
 * Gives damaged answers of BIND to the decoders. @param seed the same inputs for the same one
 * @throws what a decoder throws beside FormatError; AssertionError for an address that is not in the message
 */
export function fuzzDecoders(inputs: number, seed: number): FuzzResult {
  const next = numbers(seed);
  const originals = capturedMessages.map((message) => ({ ...message, bytes: bytesOf(message) }));
  let taken = 0;
  let longestMs = 0;
  for (let input = 0; input < inputs; input++) {
    const { id, name, type, bytes } = originals[next(originals.length)]!;
    const message = mutated(bytes, next);
    const asked = { id, name, type: TYPE[type] };
    const decode = () => decodeAll(message, asked);
    const { result, elapsedMs } = timed(decode);
    // A long time may be the machine's other work; the same input is slow every time when it is ours.
    const again = elapsedMs < SUSPECT_MS ? [] : [timed(decode), timed(decode), timed(decode)];
    longestMs = Math.max(
      longestMs,
      Math.min(elapsedMs, ...again.map((repeated) => repeated.elapsedMs)),
    );
    if (result !== null) {
      taken += 1;
      assertInMessage(result, message);
    }
  }
  return { taken, longestMs };
}

const SUSPECT_MS = 5;

function timed<T>(work: () => T): { readonly result: T; readonly elapsedMs: number } {
  const started = performance.now();
  const result = work();
  return { result, elapsedMs: performance.now() - started };
}

/** Gives the message to every decoder; the addresses, when they were read. */
function decodeAll(message: Uint8Array, asked: Asked): AplTarget | null {
  const target = aplTarget();
  const ofAddresses = [TYPE.A, TYPE.AAAA, TYPE.APL].some((type) => type === asked.type);
  const took = accepted(() => ofAddresses && scanAddresses(message, asked, target));
  accepted(() => decodeSmall(message));
  accepted(() => parseQuestion(message));
  accepted(() => readTsig(message));
  return took && ofAddresses ? target : null;
}

/** Numbers that are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The message with some bits, bytes, lengths and pointers changed, cut or made longer. */
function mutated(message: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = message.slice();
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(bytes.length);
    const kind = next(6);
    if (kind === 0) bytes[at]! ^= 1 << next(8);
    else if (kind === 1) bytes[at] = next(256);
    else if (kind === 2) bytes[at] = [0, 0x3f, 0x40, 0xc0, 0xff][next(5)]!;
    else if (kind === 3) bytes.set([0xc0 | next(2), next(256)].slice(0, bytes.length - at), at);
    else if (kind === 4) bytes = bytes.slice(0, Math.max(1, at));
    else
      bytes = new Uint8Array(
        Buffer.concat([bytes.subarray(0, at), message.subarray(next(message.length))]),
      );
  }
  return bytes;
}

/** Runs a decoder; true when it took the bytes. Anything but a FormatError is a fault of ours. */
export function accepted(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** The whole octets of each prefix are somewhere in the message, trailing zeros aside. */
function assertInMessage(target: AplTarget, message: Uint8Array): void {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  for (const builder of Object.values(target) as { toList(): PrefixList }[]) {
    const { size, family, words, lengths } = builder.toList();
    const perEntry = family === 4 ? 1 : 4;
    for (let i = 0; i < size; i++) {
      const address = Buffer.alloc(perEntry * 4);
      for (let word = 0; word < perEntry; word++) {
        address.writeUInt32BE(words[i * perEntry + word]!, word * 4);
      }
      let octets = lengths[i]! >> 3;
      while (octets > 0 && address[octets - 1] === 0) octets -= 1;
      assert.ok(bytes.includes(address.subarray(0, octets)), address.toString('hex'));
    }
  }
}
