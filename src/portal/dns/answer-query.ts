import { FormatError, messageOf } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { uint16At, uint16s, uint32At } from '../../protocol/dns-bytes.ts';
import { encodeResponse, parseQuestion } from '../../protocol/dns-message.ts';
import type { Question } from '../../protocol/dns-message.ts';
import { nameEnd } from '../../protocol/dns-name.ts';
import { FLAG, HEADER_BYTES, RecordCursor, SECTION, readHeader } from '../../protocol/dns-scan.ts';
import { CLASS_IN, RCODE, TYPE } from '../../protocol/dns-types.ts';
import type { AnswerQuery } from './connection.ts';
import type { Answer, Query, Transport } from './resolver.ts';
import { signAnswer, signatureOf, type FindKey, type Signature } from './signature.ts';
import { transferMessages } from './transfer-messages.ts';

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
  return (message, peer, transport = 'tcp') => {
    if (message.length < HEADER_BYTES || (readHeader(message).flags & FLAG.QR) !== 0) return null;
    try {
      return answer(message, { peer, transport }, service);
    } catch (error) {
      if (error instanceof FormatError) {
        service.log.warn(`${service.name}: from ${peer}: ${messageOf(error)}`);
        return [bareError(message, RCODE.FORMERR)];
      }
      service.log.error(`${service.name}: a query from ${peer} failed: ${messageOf(error)}`);
      return [bareError(message, RCODE.SERVFAIL)];
    }
  };
}

/** Where a query comes from, and how. */
type Whence = Pick<Query, 'peer' | 'transport'>;

function answer(message: Uint8Array, whence: Whence, service: DnsService): Iterable<Uint8Array> {
  const { opcode, questions } = readHeader(message);
  if (opcode !== 0) return [bareError(message, RCODE.NOTIMP)];
  if (questions !== 1) return [bareError(message, RCODE.FORMERR)];
  if (!isForInternet(message)) return [bareError(message, RCODE.REFUSED)];
  const question = parseQuestion(message);
  const nowS = Math.floor(service.clock.now() / 1000);
  const signature = signatureOf(message, service.findKey, nowS);
  const write = { question, signature, nowS, transport: whence.transport };
  if (signature.kind === 'bad') {
    const { key, error } = signature;
    service.log.warn(`${service.name}: from ${whence.peer}: TSIG error ${error}, key ${key.name}`);
    return [single({ rcode: RCODE.NOTAUTH }, write)];
  }
  if (question.ednsVersion !== 0) return [single({ rcode: RCODE.BADVERS }, write)];
  const keyName = signature.kind === 'good' ? signature.key.name : null;
  const since = question.type === TYPE.IXFR ? serialIn(message) : null;
  const said = service.resolve({ question, keyName, since, ...whence });
  if (said.transfer === undefined) return [single(said, write)];
  return transferMessages(said.transfer, question, signature, () => service.clock.now());
}

/** Whether the question is of class IN and has a name with labels: nobody else's questions, and not the root's, are ours. */
function isForInternet(message: Uint8Array): boolean {
  const end = nameEnd(message, HEADER_BYTES);
  return uint16At(message, end + 2) === CLASS_IN && message[HEADER_BYTES] !== 0;
}

/** The serial in the SOA record of an IXFR query, or null without one. */
function serialIn(message: Uint8Array): number | null {
  const records = new RecordCursor(message);
  while (records.next()) {
    if (records.section !== SECTION.AUTHORITY || records.type !== TYPE.SOA) continue;
    return uint32At(message, nameEnd(message, nameEnd(message, records.rdataStart)));
  }
  return null;
}

interface Writing {
  readonly question: Question;
  readonly signature: Signature;
  readonly nowS: number;
  readonly transport: Transport;
}

/** The most that is sent over UDP, whatever the client takes: it passes every network whole (DNS flag day 2020). */
const MAX_UDP_BYTES = 1232;

function single(said: Answer, { question, signature, nowS, transport }: Writing): Uint8Array {
  const truncated = (): Uint8Array => {
    const bare = { question, rcode: said.rcode, authoritative: true, truncated: true };
    return signAnswer(encodeResponse(bare), signature, nowS);
  };
  try {
    const message = signAnswer(encodeResponse({ question, ...said }), signature, nowS);
    const isTooLong = message.length > Math.min(question.udpBytes, MAX_UDP_BYTES);
    return transport === 'udp' && isTooLong ? truncated() : message;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // It does not fit 65,535 bytes. As BIND: no records and TC, which over TCP tells that there is no way to get them.
    return truncated();
  }
}

/** An answer without question and records, for what could not be read as one question. */
function bareError(message: Uint8Array, rcode: number): Uint8Array {
  const { id, flags } = readHeader(message);
  const kept = flags & (OPCODE_BITS | FLAG.RD);
  return uint16s(id, FLAG.QR | kept | rcode, 0, 0, 0, 0);
}

const OPCODE_BITS = 0x7800;
