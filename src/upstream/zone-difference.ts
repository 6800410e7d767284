import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { FormatError } from '../core/errors.ts';
import { encodeName } from '../protocol/dns-name.ts';
import type { RecordCursor } from '../protocol/dns-scan.ts';
import { LARGEST_RECORD, ZoneRecordCursor, writeZoneRecord } from '../protocol/zone-record.ts';
import { ZoneRecordWriter } from '../protocol/zone-record-writer.ts';

/** Limits of what a difference may make us hold. Above them the whole zone is the smaller effort. */
export interface DifferenceLimits {
  /** Records that differ. Default: 100,000. */
  readonly records: number;
  /** Bytes of all removed and added records. Default: 16 MiB. */
  readonly bytes: number;
}

/** The defaults of {@link DifferenceLimits}. */
const DIFFERENCE_LIMITS: DifferenceLimits = { records: 100_000, bytes: 16_777_216 };

/** Longer records are known by their hash. */
const LONG_BYTES = 512;
/** First octet of the key of a long record: no owner name begins with a label of this length. */
const LONG_MARK = '\xff';

/** Octets that the quick look at a record takes into account. */
const QUICK_BYTES = 64;
const QUICK_MASK = 0xffff;

/** A record that a difference names. */
interface Change {
  /** Whether it must be in the zone before the difference. */
  readonly before: boolean;
  /** The record when it is in the zone after the difference. */
  after: Uint8Array | null;
  found: boolean;
}

/**
 * What changed in a zone, over any number of versions. Strict: a record that is removed must be there, one that is
 * added must not, in every version; otherwise the zone that the server started from is not ours.
 */
export class ZoneDifference {
  readonly #zone: string;
  readonly #zoneName: Uint8Array;
  readonly #limits: DifferenceLimits;
  readonly #changes = new Map<string, Change>();
  /** Marks {@link quickHash} of each record that is named: most records of a zone are not, and cost no more than this. */
  readonly #quick = new Uint8Array(QUICK_MASK + 1);
  readonly #record = new Uint8Array(LARGEST_RECORD);
  #bytes = 0;

  constructor(zone: string, limits: DifferenceLimits = DIFFERENCE_LIMITS) {
    this.#zone = zone;
    this.#zoneName = encodeName(zone);
    this.#limits = limits;
  }

  /** @throws FormatError when it cannot be removed, is damaged, or the difference gets too large */
  remove(record: RecordCursor): void {
    this.#change(record, true);
  }

  /** @throws FormatError when it cannot be added, is damaged, or the difference gets too large */
  add(record: RecordCursor): void {
    this.#change(record, false);
  }

  /**
   * The zone after the difference. Works piece by piece; other work gets its turn between two of them.
   * @param pieces the zone before it; pieces without a change are used again
   * @throws FormatError when that is not the zone that the difference was made from
   */
  async applyTo(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    if (this.#changes.size === 0) return pieces;
    const kept: Uint8Array[] = [];
    const rewritten = new ZoneRecordWriter(this.#zone);
    for (const [index, piece] of pieces.entries()) {
      // The last piece takes the added records, so that small changes do not leave small pieces.
      if (this.#touches(piece) || index === pieces.length - 1) this.#rewrite(piece, rewritten);
      else kept.push(piece);
      await setImmediate();
    }
    for (const { before, after, found } of this.#changes.values()) {
      if (before && !found) throw this.#bad('removes a record that is not there');
      if (after !== null && !before) rewritten.append(after);
    }
    return [...kept, ...rewritten.finish()];
  }

  #change(record: RecordCursor, isThere: boolean): void {
    const end = writeZoneRecord(record, this.#zoneName, this.#record, 0);
    if (end === 0) return;
    const key = keyOf(this.#record, 0, end);
    const change = this.#changes.get(key);
    if (change !== undefined && (change.after !== null) !== isThere) {
      throw this.#bad(isThere ? 'removes a record twice' : 'adds a record twice');
    }
    this.#quick[quickHash(this.#record, 0, end)] = 1;
    const after = isThere ? null : this.#record.slice(0, end);
    if (change === undefined) this.#changes.set(key, { before: isThere, after, found: false });
    else change.after = after;
    this.#bytes += end;
    if (this.#bytes > this.#limits.bytes || this.#changes.size > this.#limits.records) {
      throw this.#bad('is too large');
    }
  }

  /** Finds the records of a piece that are named. */
  #touches(piece: Uint8Array): boolean {
    const records = new ZoneRecordCursor(piece);
    let found = false;
    while (records.next()) {
      const change = this.#changeOf(records);
      if (change === undefined) continue;
      if (!change.before) throw this.#bad('adds a record that is there');
      if (change.found) throw this.#bad('names a record that is there twice');
      change.found = true;
      found = true;
    }
    return found;
  }

  #changeOf({ bytes, start, end }: ZoneRecordCursor): Change | undefined {
    if (this.#quick[quickHash(bytes, start, end)] === 0) return undefined;
    return this.#changes.get(keyOf(bytes, start, end));
  }

  #rewrite(piece: Uint8Array, into: ZoneRecordWriter): void {
    const records = new ZoneRecordCursor(piece);
    while (records.next()) {
      const change = this.#changeOf(records);
      if (change === undefined || change.after !== null) {
        into.append(piece.subarray(records.start, records.end));
      }
    }
  }

  #bad(what: string): FormatError {
    return new FormatError(`The difference of ${this.#zone} ${what}.`);
  }
}

/** A small number that equal records share (FNV-1a over the first octets). */
function quickHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  const last = Math.min(end, start + QUICK_BYTES);
  for (let at = start; at < last; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 16)) & QUICK_MASK;
}

/** A text that only equal records share. */
function keyOf(bytes: Uint8Array, start: number, end: number): string {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (record.length <= LONG_BYTES) return record.toString('latin1');
  return LONG_MARK + createHash('sha256').update(record).digest('base64');
}
