import type { RecordCursor } from './dns-scan.ts';
import { encodeName } from './dns-name.ts';
import { roomFor, writeZoneRecord } from './zone-record.ts';

/** Bytes of a piece: small enough to be worked through without holding up the event loop, large enough for any record. */
const PIECE = 262_144;

/** Collects records of a zone in the form of `zone-record.ts`, in pieces of whole records. */
export class ZoneRecordWriter {
  readonly #zone: Uint8Array;
  readonly #piece = new Uint8Array(PIECE);
  readonly #whole: Uint8Array[] = [];
  #used = 0;
  #bytes = 0;

  /** @throws FormatError for a bad name */
  constructor(zone: string) {
    this.#zone = encodeName(zone);
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a record of a transfer, if it is one that is kept. @throws FormatError when it is damaged */
  add(record: RecordCursor): void {
    this.#makeRoom(roomFor(record));
    const end = writeZoneRecord(record, this.#zone, this.#piece, this.#used);
    this.#bytes += end - this.#used;
    this.#used = end;
  }

  /** Takes one record that is in the form already. */
  append(record: Uint8Array): void {
    this.#makeRoom(record.length);
    this.#piece.set(record, this.#used);
    this.#bytes += record.length;
    this.#used += record.length;
  }

  /** The pieces; nothing may be added afterwards. */
  finish(): Uint8Array[] {
    if (this.#used > 0) this.#endPiece();
    return this.#whole;
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes > PIECE) this.#endPiece();
  }

  #endPiece(): void {
    this.#whole.push(this.#piece.slice(0, this.#used));
    this.#used = 0;
  }
}
