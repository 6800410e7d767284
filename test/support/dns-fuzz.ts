/** Damaged DNS messages for all decoders. */
import assert from 'node:assert/strict';
import { FormatError, PolicyError } from '../../src/core/errors.ts';
import type { FetchedList } from '../../src/core/ports.ts';
import type { PrefixList } from '../../src/core/prefix-list.ts';
import type { AplTarget } from '../../src/protocol/apl.ts';
import { decodeSmall, parseQuestion } from '../../src/protocol/dns-message.ts';
import { scanAddresses, type Asked } from '../../src/protocol/dns-response.ts';
import type { RecordCursor } from '../../src/protocol/dns-scan.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { readTsig, verifyMessage } from '../../src/protocol/tsig.ts';
import { ZoneRecordWriter } from '../../src/protocol/zone-record-writer.ts';
import { ZoneRecordCursor } from '../../src/protocol/zone-record.ts';
import { TransferReader } from '../../src/upstream/dns-transfer.ts';
import { IxfrAnswer } from '../../src/upstream/ixfr-answer.ts';
import { POLICY_LIMITS } from '../../src/upstream/policy-list.ts';
import { WholeZone } from '../../src/upstream/transfer-taker.ts';
import { ZoneLists } from '../../src/upstream/zone-lists.ts';
import { aplTarget } from './apl-target.ts';
import {
  bytesOf,
  CAPTURED_SERIAL,
  capturedMessages,
  type CapturedMessage,
} from './captured-messages.ts';
import { TEST_KEY } from './named.ts';

/** What came of it. */
export interface FuzzResult {
  /** Answers of addresses and zones that were read, though damaged. */
  readonly taken: number;
  /** Of those, zone transfers. */
  readonly transfers: number;
  /** The time of the slowest input, its best of four runs. */
  readonly longestMs: number;
}

/**
 * Gives damaged answers of BIND to the decoders. @param seed the same inputs for the same one
 * @throws what a decoder throws beside FormatError and PolicyError; AssertionError for an address that is not in the
 *   message, and for a changed message whose signature is taken
 */
export function fuzzDecoders(inputs: number, seed: number): FuzzResult {
  const { stackTraceLimit } = Error;
  // Most inputs end in an error; writing down where takes most of the time.
  Error.stackTraceLimit = 0;
  try {
    return fuzz(inputs, seed);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function fuzz(inputs: number, seed: number): FuzzResult {
  const next = numbers(seed);
  const originals = capturedMessages.map((message) => ({ ...message, bytes: bytesOf(message) }));
  let taken = 0;
  let transfers = 0;
  let longestMs = 0;
  for (let input = 0; input < inputs; input++) {
    const original = originals[next(originals.length)]!;
    const { id, name, type, bytes } = original;
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
    assertSignature(original, message);
    if (result === null) continue;
    taken += 1;
    if (isTransfer(asked)) transfers += 1;
    assertInMessage(result.octets, message);
    if (result.labels !== null) assertLabelsInMessage(result.labels, message);
  }
  return { taken, transfers, longestMs };
}

const SUSPECT_MS = 5;

function timed<T>(work: () => T): { readonly result: T; readonly elapsedMs: number } {
  const started = performance.now();
  const result = work();
  return { result, elapsedMs: performance.now() - started };
}

/** Addresses that were read: from octets, and from the labels of `rpz-ip` names. */
interface Read {
  readonly octets: AplTarget;
  readonly labels: AplTarget | null;
}

/** Gives the message to every decoder; the addresses, when they were read. */
function decodeAll(message: Uint8Array, asked: Asked): Read | null {
  const ofAddresses = [TYPE.A, TYPE.AAAA, TYPE.APL].some((type) => type === asked.type);
  const read = ofAddresses ? { octets: aplTarget(), labels: null } : null;
  const zone = isTransfer(asked) ? { octets: aplTarget(), labels: aplTarget() } : null;
  const took = accepted(() => {
    if (read !== null) scanAddresses(message, asked, read.octets);
    if (zone !== null) takeTransfer(message, asked, zone);
  });
  accepted(() => decodeSmall(message));
  accepted(() => parseQuestion(message));
  accepted(() => readTsig(message));
  return took ? (read ?? zone) : null;
}

function isTransfer({ type }: Asked): boolean {
  return type === TYPE.AXFR || type === TYPE.IXFR;
}

/** As the agent does: the zone in pieces, then its lists. Of a difference, what was removed and what was added. */
function takeTransfer(
  message: Uint8Array,
  asked: Asked,
  read: { readonly octets: AplTarget; readonly labels: AplTarget },
): void {
  const writer = new ZoneRecordWriter(asked.name);
  const take = (record: RecordCursor) => writer.add(record);
  const taker =
    asked.type === TYPE.AXFR
      ? new WholeZone(asked.name, take)
      : new IxfrAnswer(asked.name, CAPTURED_SERIAL, { whole: take, removed: take, added: take });
  if (new TransferReader(asked, null, taker).take(message)) throw new FormatError('more follows');
  const pieces = writer.finish();
  for (const [names, into] of [
    [[`basic.${asked.name}`, `old.${asked.name}`], read.octets],
    [[asked.name], read.labels],
  ] as const) {
    const lists = listsOf(pieces, asked.name, names);
    for (const name of names) accepted(() => addList(into, lists.list(name)));
  }
}

function listsOf(pieces: readonly Uint8Array[], zone: string, names: readonly string[]): ZoneLists {
  const lists = new ZoneLists(zone, POLICY_LIMITS, names);
  const all = lists.isComplete ? lists : lists.again();
  for (const piece of pieces) {
    const records = new ZoneRecordCursor(piece);
    while (records.next()) all.add(records);
  }
  return all;
}

function addList(into: AplTarget, { include, exclude }: FetchedList): void {
  into.include4.addList(include.v4);
  into.include6.addList(include.v6);
  into.exclude4.addList(exclude.v4);
  into.exclude6.addList(exclude.v6);
}

/** A signature is good only for the message that was signed; the id on the way is not covered (RFC 8945 §4.3.3). */
function assertSignature({ signed, bytes }: Original, message: Uint8Array): void {
  if (signed === undefined) return;
  const context = { requestMac: Buffer.from(signed.requestMac, 'hex') };
  const verified: { message: Uint8Array } = { message: new Uint8Array() };
  const took = accepted(() => {
    verified.message = verifyMessage(message, TEST_KEY, signed.timeS, context).message;
  });
  if (!took) return;
  const wanted = verifyMessage(bytes, TEST_KEY, signed.timeS, context).message;
  assert.deepEqual(verified.message.subarray(2), wanted.subarray(2));
}

type Original = CapturedMessage & { readonly bytes: Uint8Array };

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

/** Runs a decoder; true when it took the bytes. Anything but a FormatError or PolicyError is a fault of ours. */
export function accepted(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof FormatError || error instanceof PolicyError) return false;
    throw error;
  }
}

/** Calls `check` with the words and the length of each prefix. */
function eachPrefix(
  target: AplTarget,
  check: (address: Buffer, length: number, family: 4 | 6) => void,
): void {
  for (const builder of Object.values(target) as { toList(): PrefixList }[]) {
    const { size, family, words, lengths } = builder.toList();
    const perEntry = family === 4 ? 1 : 4;
    for (let i = 0; i < size; i++) {
      const address = Buffer.alloc(perEntry * 4);
      for (let word = 0; word < perEntry; word++) {
        address.writeUInt32BE(words[i * perEntry + word]!, word * 4);
      }
      check(address, lengths[i]!, family);
    }
  }
}

/** The whole octets of each prefix are somewhere in the message, trailing zeros aside. */
function assertInMessage(target: AplTarget, message: Uint8Array): void {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  eachPrefix(target, (address, length) => {
    let octets = length >> 3;
    while (octets > 0 && address[octets - 1] === 0) octets -= 1;
    assert.ok(bytes.includes(address.subarray(0, octets)), address.toString('hex'));
  });
}

/** Each number of an `rpz-ip` prefix is a label, or the end of one, in the message; zeros may be left out. */
function assertLabelsInMessage(target: AplTarget, message: Uint8Array): void {
  const text = Buffer.from(message).toString('latin1').toLowerCase();
  eachPrefix(target, (address, length, family) => {
    const whole =
      family === 4 ? [...address.subarray(0, length >> 3)].map(String) : groupsOf(address, length);
    const missing = [String(length), ...whole].filter(
      (number) => number !== '0' && !text.includes(number),
    );
    assert.deepEqual(missing, [], address.toString('hex'));
  });
}

function groupsOf(address: Buffer, length: number): string[] {
  return Array.from({ length: length >> 4 }, (_, group) =>
    address.readUInt16BE(group * 2).toString(16),
  );
}
