import { FormatError } from '../core/errors.ts';
import { uint32At } from '../protocol/dns-bytes.ts';
import { nameEnd, readName } from '../protocol/dns-name.ts';
import type { RecordCursor } from '../protocol/dns-scan.ts';
import { TYPE } from '../protocol/dns-types.ts';

/** Takes the records of a transfer in order, and knows where it ends. */
export interface RecordTaker {
  /** Whether the last record was taken. */
  readonly ended: boolean;
  /** @param record valid until it returns @throws FormatError when it does not belong there */
  take(record: RecordCursor): void;
}

/** A whole zone: SOA, the zone's records, the same SOA again (RFC 5936 §2.2). */
export class WholeZone implements RecordTaker {
  readonly #zone: string;
  readonly #onRecord: (record: RecordCursor) => void;
  #serial: number | null = null;
  #ended = false;

  /** @param onRecord gets every record between the two SOA records */
  constructor(zone: string, onRecord: (record: RecordCursor) => void) {
    this.#zone = zone;
    this.#onRecord = onRecord;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Serial of the zone. @throws FormatError before the transfer has begun. */
  get serial(): number {
    if (this.#serial === null) throw this.#bad('has no SOA record');
    return this.#serial;
  }

  take(record: RecordCursor): void {
    if (record.type === TYPE.SOA) this.#takeSoa(soaSerial(record, this.#zone));
    else if (this.#serial === null) throw this.#bad('does not begin with the SOA record');
    else this.#onRecord(record);
  }

  #takeSoa(serial: number): void {
    if (this.#serial === null) this.#serial = serial;
    else if (this.#serial === serial) this.#ended = true;
    else throw this.#bad('ends with another serial than it began with');
  }

  #bad(what: string): FormatError {
    return new FormatError(`The transfer of ${this.#zone} ${what}.`);
  }
}

/** The serial in an SOA record of the zone. @throws FormatError when it is not one */
export function soaSerial(record: RecordCursor, zone: string): number {
  const { message, ownerStart, rdataStart, rdataEnd } = record;
  const numbers = nameEnd(message, nameEnd(message, rdataStart));
  if (numbers + 20 !== rdataEnd || readName(message, ownerStart) !== zone) {
    throw new FormatError(`The transfer of ${zone} has an SOA record that is not of its zone.`);
  }
  return uint32At(message, numbers);
}
