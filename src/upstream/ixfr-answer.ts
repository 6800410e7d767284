import { FormatError } from '../core/errors.ts';
import { isNewerSerial } from '../core/zone-serial.ts';
import type { RecordCursor } from '../protocol/dns-scan.ts';
import { TYPE } from '../protocol/dns-types.ts';
import { soaSerial, type RecordTaker } from './transfer-taker.ts';

/** Where the records of an answer go; each is valid until the call returns. */
export interface IxfrTarget {
  /** A record of the whole zone: the server has no difference. */
  whole(record: RecordCursor): void;
  removed(record: RecordCursor): void;
  added(record: RecordCursor): void;
}

/** `unchanged`: there is no newer zone. `difference`: what was removed and added. `whole`: all records of the zone. */
export type IxfrKind = 'unchanged' | 'difference' | 'whole';

/**
 * The answer to a query for differences (RFC 1995 §4): one SOA; or the SOA, and for each version the old SOA, what was
 * removed, the new SOA, what was added, and the SOA again; or the whole zone as AXFR gives it. The versions must follow
 * each other without a gap, from our serial to the last one.
 */
export class IxfrAnswer implements RecordTaker {
  readonly #zone: string;
  readonly #since: number;
  readonly #target: IxfrTarget;
  #kind: IxfrKind | null = null;
  #serial: number | null = null;
  /** Serial that the difference has come to. */
  #reached: number;
  #adding = false;
  #ended = false;

  constructor(zone: string, since: number, target: IxfrTarget) {
    this.#zone = zone;
    this.#since = since;
    this.#reached = since;
    this.#target = target;
  }

  get begun(): boolean {
    return this.#serial !== null;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** @throws FormatError before the answer has ended */
  get result(): { readonly kind: IxfrKind; readonly serial: number } {
    if (this.#kind === null || this.#serial === null) throw this.#bad('is not whole');
    return { kind: this.#kind, serial: this.#serial };
  }

  take(record: RecordCursor): void {
    if (record.type === TYPE.SOA) {
      const serial = soaSerial(record, this.#zone);
      if (this.#serial === null) this.#takeFirst(serial);
      else this.#takeNext(serial, this.#serial);
      return;
    }
    if (this.#serial === null) throw this.#bad('does not begin with the SOA record');
    this.#kind ??= 'whole';
    if (this.#kind === 'whole') this.#target.whole(record);
    else if (this.#adding) this.#target.added(record);
    else this.#target.removed(record);
  }

  #takeFirst(serial: number): void {
    this.#serial = serial;
    if (serial === this.#since) this.#end('unchanged');
    else if (!isNewerSerial(serial, this.#since)) throw this.#bad('has an older serial than ours');
  }

  #takeNext(serial: number, last: number): void {
    if (this.#kind === 'difference') this.#takeStep(serial, last);
    else if (this.#kind === null && serial === this.#since) this.#kind = 'difference';
    else if (serial === last) this.#end('whole');
    else throw this.#bad('has a serial that does not belong into it');
  }

  /** The SOA records of a difference in turn begin what was removed and what was added. */
  #takeStep(serial: number, last: number): void {
    if (!this.#adding) {
      const isBetween = serial === last || isNewerSerial(last, serial);
      if (!isNewerSerial(serial, this.#reached) || !isBetween) throw this.#gap();
      this.#reached = serial;
    } else if (serial !== this.#reached) {
      throw this.#gap();
    } else if (serial === last) {
      this.#end('difference');
    }
    this.#adding = !this.#adding;
  }

  #end(kind: IxfrKind): void {
    this.#kind = kind;
    this.#ended = true;
  }

  #gap(): FormatError {
    return this.#bad('has versions that do not follow each other');
  }

  #bad(what: string): FormatError {
    return new FormatError(`The answer for IXFR ${this.#zone} ${what}.`);
  }
}
