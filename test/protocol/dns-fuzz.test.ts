import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import type { PrefixList } from '../../src/core/prefix-list.ts';
import type { AplTarget } from '../../src/protocol/apl.ts';
import { decodeSmall, parseQuestion } from '../../src/protocol/dns-message.ts';
import { scanAddresses } from '../../src/protocol/dns-response.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { readTsig } from '../../src/protocol/tsig.ts';
import { aplTarget } from '../support/apl-target.ts';
import { bytesOf, capturedMessages } from '../support/captured-messages.ts';

const INPUTS = 100_000;
const LONGEST_MS = 50;

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
function accepted(work: () => unknown): boolean {
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

describe('DNS decoders', () => {
  it(`refuse or read ${INPUTS} damaged answers without a crash, a stall or an address that is not in them`, () => {
    const next = numbers(20_261_120);
    const originals = capturedMessages.map((message) => ({ ...message, bytes: bytesOf(message) }));
    let taken = 0;
    let longest = 0;
    for (let input = 0; input < INPUTS; input++) {
      const { id, name, type, bytes } = originals[next(originals.length)]!;
      const message = mutated(bytes, next);
      const started = performance.now();
      const target = aplTarget();
      const asked = { id, name, type: TYPE[type] };
      const scanned = ['A', 'AAAA', 'APL'].includes(type);
      const took = accepted(() => scanned && scanAddresses(message, asked, target));
      accepted(() => decodeSmall(message));
      accepted(() => parseQuestion(message));
      accepted(() => readTsig(message));
      longest = Math.max(longest, performance.now() - started);
      if (took && scanned) {
        taken += 1;
        assertInMessage(target, message);
      }
    }
    assert.ok(longest < LONGEST_MS, `one input took ${longest} ms`);
    assert.ok(taken > INPUTS / 100, `only ${taken} were read: the test damages too much`);
  }).timeout(20_000);

  it('refuse a message of 64 KB full of pointer chains quickly', () => {
    const message = new Uint8Array(65_535);
    message.set([0, 1, 0x80, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0, 12, 0, 1]);
    for (let at = 18; at + 1 < message.length; at += 2) {
      const target = Math.min(at - 2, 0x3ffe);
      message.set([0xc0 | (target >> 8), target & 0xff], at);
    }
    const started = performance.now();
    assert.ok(!accepted(() => decodeSmall(message)));
    assert.ok(performance.now() - started < LONGEST_MS);
  });
});
