import { uint16At, uint16s, uint32s } from '../../protocol/dns-bytes.ts';
import { CLASS_IN } from '../../protocol/dns-types.ts';

/** All records of one name and type, as the zone keeps them. */
export interface RecordSet {
  /** Lower case, without final dot. */
  readonly owner: string;
  readonly type: number;
  readonly count: number;
  /** The records as an answer section holds them when the owner is the question's name: each begins with a pointer to it. */
  readonly answers: Uint8Array;
}

/** Seconds a resolver in between may keep a record. */
export const TTL_SECONDS = 300;

/** Pointer, type, class, time to live, length of the data. */
const FIXED_BYTES = 12;
const POINTER_TO_QUESTION = 0xc00c;

/** A record set of these data. */
export function recordSet(owner: string, type: number, data: readonly Uint8Array[]): RecordSet {
  const bytes = data.reduce((sum, rdata) => sum + FIXED_BYTES + rdata.length, 0);
  const answers = new Uint8Array(bytes);
  const start = [uint16s(POINTER_TO_QUESTION, type, CLASS_IN), uint32s(TTL_SECONDS)];
  let at = 0;
  for (const rdata of data) {
    for (const part of [...start, uint16s(rdata.length), rdata]) {
      answers.set(part, at);
      at += part.length;
    }
  }
  return { owner, type, count: data.length, answers };
}

/** The data of each record of a set, in its order; not copied. */
export function* dataOf({ answers }: Pick<RecordSet, 'answers'>): Generator<Uint8Array> {
  for (let at = 0; at < answers.length;) {
    const end = at + FIXED_BYTES + uint16At(answers, at + FIXED_BYTES - 2);
    yield answers.subarray(at + FIXED_BYTES, end);
    at = end;
  }
}
