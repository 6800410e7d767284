import { uint16s, uint32s } from '../../protocol/dns-bytes.ts';
import type { AnswerRecord, Question } from '../../protocol/dns-message.ts';
import { encodeName } from '../../protocol/dns-name.ts';
import { FLAG } from '../../protocol/dns-scan.ts';
import { CLASS_IN } from '../../protocol/dns-types.ts';
import { signMessage } from '../../protocol/tsig.ts';
import type { Signature } from './signature.ts';

/** Room for a signature with a key name of 63. */
const SIGNATURE_BYTES = 160;
const MAX_BYTES = 65_535;
const POINTER_TO_QUESTION = uint16s(0xc00c);
/** Offset of the number of answers in the header. */
const COUNT_AT = 6;

/**
 * The records of a transfer in messages, as full as they can be; all are signed when the query was. They have no OPT
 * record, which a transfer over TCP does not need.
 * @param question its name is the zone's; the owners of the records are below it
 * @param now milliseconds since 1970
 */
export function* transferMessages(
  records: Iterable<AnswerRecord>,
  question: Question,
  signature: Signature,
  now: () => number,
): Generator<Uint8Array> {
  const sign = signerOf(signature, now);
  const message = new TransferMessage(question);
  for (const record of records) {
    if (message.add(record)) continue;
    yield sign(message.take());
    message.add(record);
  }
  yield sign(message.take());
}

/** One message that is filled with records, taken, and filled anew. */
class TransferMessage {
  readonly #bytes = new Uint8Array(MAX_BYTES - SIGNATURE_BYTES);
  readonly #zone: string;
  readonly #start: number;
  #end: number;
  #count = 0;

  constructor({ id, name, recursionDesired, bytes }: Question) {
    const flags = FLAG.QR | FLAG.AA | (recursionDesired ? FLAG.RD : 0);
    const header = uint16s(id, flags, 1, 0, 0, 0);
    this.#bytes.set(header);
    this.#bytes.set(bytes, header.length);
    this.#zone = name;
    this.#start = header.length + bytes.length;
    this.#end = this.#start;
  }

  /** Adds a record behind the others. False: there is no room for it. */
  add({ name, type, ttl, rdata }: AnswerRecord): boolean {
    // The owner ends in a pointer to the zone's name, which is the question's.
    const below = name === this.#zone ? '' : name.slice(0, -this.#zone.length - 1);
    const owner = below === '' ? new Uint8Array(0) : encodeName(below).subarray(0, -1);
    const fixed = [uint16s(type, CLASS_IN), uint32s(ttl), uint16s(rdata.length)];
    if (this.#end + owner.length + 12 + rdata.length > this.#bytes.length) return false;
    for (const part of [owner, POINTER_TO_QUESTION, ...fixed, rdata]) {
      this.#bytes.set(part, this.#end);
      this.#end += part.length;
    }
    this.#count += 1;
    return true;
  }

  /** The message; valid until the next record is added. */
  take(): Uint8Array {
    this.#bytes.set(uint16s(this.#count), COUNT_AT);
    const message = this.#bytes.subarray(0, this.#end);
    this.#end = this.#start;
    this.#count = 0;
    return message;
  }
}

/** Signs each message, which copies it; from the second on it covers the one before (RFC 8945 §5.3.1). */
function signerOf(signature: Signature, now: () => number): (message: Uint8Array) => Uint8Array {
  if (signature.kind !== 'good') return (message) => message.slice();
  const { key, mac: requestMac } = signature;
  let priorMac: Uint8Array | null = null;
  return (message) => {
    const context = priorMac === null ? { requestMac } : { priorMac };
    const signed = signMessage(message, key, Math.floor(now() / 1000), context);
    priorMac = signed.mac;
    return signed.message;
  };
}
