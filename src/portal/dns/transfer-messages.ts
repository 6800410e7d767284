import { concat, uint16s, uint32s } from '../../protocol/dns-bytes.ts';
import { encodeResponse, type AnswerRecord, type Question } from '../../protocol/dns-message.ts';
import { encodeName } from '../../protocol/dns-name.ts';
import { CLASS_IN, RCODE } from '../../protocol/dns-types.ts';
import { signMessage } from '../../protocol/tsig.ts';
import type { Signature } from './signature.ts';

/** Room for a signature with a key name of 63, and for header and OPT. */
const RESERVED_BYTES = 200;
const MAX_BYTES = 65_535;
const POINTER_TO_QUESTION = uint16s(0xc00c);

/**
 * The records of a transfer in messages, as full as they can be; all are signed when the query was.
 * @param question its name is the zone's; the owners of the records are below it
 * @param now milliseconds since 1970
 */
export function* transferMessages(
  records: Iterable<AnswerRecord>,
  question: Question,
  signature: Signature,
  now: () => number,
): Generator<Uint8Array> {
  const room = MAX_BYTES - RESERVED_BYTES - question.bytes.length;
  const sign = signerOf(signature, now);
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const message = (): Uint8Array => {
    const encoded = { count: parts.length, bytes: concat(parts) };
    parts = [];
    bytes = 0;
    const response = { question, rcode: RCODE.NOERROR, authoritative: true, encoded };
    return sign(encodeResponse(response));
  };
  for (const record of records) {
    const part = encodeRecord(record, question.name);
    if (bytes + part.length > room && parts.length > 0) yield message();
    parts.push(part);
    bytes += part.length;
  }
  yield message();
}

/** The owner ends in a pointer to the zone's name. */
function encodeRecord({ name, type, ttl, rdata }: AnswerRecord, zone: string): Uint8Array {
  const below = name === zone ? '' : name.slice(0, -zone.length - 1);
  const owner = below === '' ? new Uint8Array(0) : encodeName(below).subarray(0, -1);
  const fixed = [uint16s(type, CLASS_IN), uint32s(ttl), uint16s(rdata.length)];
  return concat([owner, POINTER_TO_QUESTION, ...fixed, rdata]);
}

/** Signs each message; from the second on it covers the one before (RFC 8945 §5.3.1). */
function signerOf(signature: Signature, now: () => number): (message: Uint8Array) => Uint8Array {
  if (signature.kind !== 'good') return (message) => message;
  const { key, mac: requestMac } = signature;
  let priorMac: Uint8Array | null = null;
  return (message) => {
    const context = priorMac === null ? { requestMac } : { priorMac };
    const signed = signMessage(message, key, Math.floor(now() / 1000), context);
    priorMac = signed.mac;
    return signed.message;
  };
}
