import { FormatError, messageOf } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { uint16At, uint16s } from '../../protocol/dns-bytes.ts';
import { encodeResponse, parseQuestion, type Question } from '../../protocol/dns-message.ts';
import { nameEnd } from '../../protocol/dns-name.ts';
import { FLAG, HEADER_BYTES, readHeader } from '../../protocol/dns-scan.ts';
import { CLASS_IN, RCODE } from '../../protocol/dns-types.ts';
import type { AnswerQuery } from './connection.ts';
import type { Answer, Query } from './resolver.ts';
import { signAnswer, signatureOf, type FindKey, type Signature } from './signature.ts';

/** What a DNS service is made of. */
export interface DnsService {
  /** For the log. */
  readonly name: string;
  readonly resolve: (query: Query) => Answer;
  readonly findKey: FindKey;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Answers one message: is it a query we understand, is its signature right, what do the resolvers say. Every query
 * gets an answer; null (the connection is closed) is for what is no query at all.
 */
export function createAnswerQuery(service: DnsService): AnswerQuery {
  return (message, peer) => {
    if (message.length < HEADER_BYTES || (readHeader(message).flags & FLAG.QR) !== 0) return null;
    try {
      return answer(message, peer, service);
    } catch (error) {
      if (error instanceof FormatError) {
        service.log.warn(`${service.name}: from ${peer}: ${messageOf(error)}`);
        return bareError(message, RCODE.FORMERR);
      }
      service.log.error(`${service.name}: a query from ${peer} failed: ${messageOf(error)}`);
      return bareError(message, RCODE.SERVFAIL);
    }
  };
}

function answer(message: Uint8Array, peer: string, service: DnsService): Uint8Array {
  const { opcode, questions } = readHeader(message);
  if (opcode !== 0) return bareError(message, RCODE.NOTIMP);
  if (questions !== 1) return bareError(message, RCODE.FORMERR);
  if (!isForInternet(message)) return bareError(message, RCODE.REFUSED);
  const question = parseQuestion(message);
  const nowS = Math.floor(service.clock.now() / 1000);
  const signature = signatureOf(message, service.findKey, nowS);
  if (signature.kind === 'bad') {
    const { key, error } = signature;
    service.log.warn(`${service.name}: from ${peer}: TSIG error ${error}, key ${key.name}`);
    return write(question, { rcode: RCODE.NOTAUTH }, signature, nowS);
  }
  const keyName = signature.kind === 'good' ? signature.key.name : null;
  return write(question, service.resolve({ question, keyName }), signature, nowS);
}

/** Whether the question is of class IN and has a name with labels: nobody else's questions, and not the root's, are ours. */
function isForInternet(message: Uint8Array): boolean {
  const end = nameEnd(message, HEADER_BYTES);
  return uint16At(message, end + 2) === CLASS_IN && message[HEADER_BYTES] !== 0;
}

function write(question: Question, said: Answer, signature: Signature, nowS: number): Uint8Array {
  try {
    return signAnswer(encodeResponse({ question, ...said }), signature, nowS);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // It does not fit 65,535 bytes. As BIND: no records and TC, which over TCP tells that there is no way to get them.
    const truncated = { question, rcode: said.rcode, authoritative: true, truncated: true };
    return signAnswer(encodeResponse(truncated), signature, nowS);
  }
}

/** An answer without question and records, for what could not be read as one question. */
function bareError(message: Uint8Array, rcode: number): Uint8Array {
  const { id, flags } = readHeader(message);
  const kept = flags & (OPCODE_BITS | FLAG.RD);
  return uint16s(id, FLAG.QR | kept | rcode, 0, 0, 0, 0);
}

const OPCODE_BITS = 0x7800;
