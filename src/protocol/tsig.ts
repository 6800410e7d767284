/**
 * Transaction signatures of DNS messages (TSIG, RFC 8945) with hmac-sha256, for requests, answers
 * and answers of several messages (zone transfers).
 */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { FormatError, printable } from '../core/errors.ts';
import {
  MAX_MESSAGE_BYTES,
  concat,
  uint16At,
  uint16s,
  uint32s,
  uint48,
  uint48At,
} from './dns-bytes.ts';
import { encodeName } from './dns-name.ts';
import { readTsig, withoutTsig, type TsigRecord } from './tsig-record.ts';
import { readHeader } from './dns-scan.ts';
import { CLASS_ANY, RCODE, TYPE } from './dns-types.ts';

export { readTsig, type TsigRecord } from './tsig-record.ts';

/** TSIG error codes (RFC 8945 §3). */
export const BADSIG = 16;
/** See {@link BADSIG}. */
export const BADKEY = 17;
/** See {@link BADSIG}. */
export const BADTIME = 18;

/** The only algorithm of this program. */
const TSIG_ALGORITHM = 'hmac-sha256';
const MAC_BYTES = 32;
const DEFAULT_FUDGE_S = 300;

/** A shared key. */
export interface TsigKey {
  /** A DNS name. */
  readonly name: string;
  readonly secret: Uint8Array;
}

/** Why a message was not accepted. */
export type TsigReason = 'missing' | 'bad-key' | 'bad-signature' | 'bad-time' | 'server-error';

/** A message without the signature it must carry. */
export class TsigError extends FormatError {
  /**
   * `missing`: not signed. `bad-key`: signed with a key or algorithm that is not ours. `bad-signature`:
   * changed on the way, or another secret. `bad-time`: the clocks differ. `server-error`: the other side
   * refused our signature, see {@link TsigError.code}.
   */
  readonly reason: TsigReason;
  /** For `bad-time`: the other side's time minus ours in seconds. Else null. */
  readonly differenceS: number | null;
  /** For `server-error`: the error field of the answer, e.g. {@link BADKEY}, or 9 (NOTAUTH) when it is not signed. Else 0. */
  readonly code: number;

  constructor(
    reason: TsigReason,
    message: string,
    details: { differenceS?: number; code?: number } = {},
  ) {
    super(message);
    this.reason = reason;
    this.differenceS = details.differenceS ?? null;
    this.code = details.code ?? 0;
  }
}

/** What a signature covers beside its message. */
export interface TsigContext {
  /** For an answer: the MAC of its request. */
  readonly requestMac?: Uint8Array;
  /** For the second and later messages of an answer: the MAC of the signed message before it (RFC 8945 §5.3.1). */
  readonly priorMac?: Uint8Array;
  /** Messages without a signature since the one of `priorMac`, in order. */
  readonly unsigned?: readonly Uint8Array[];
}

/** Fields of the signature to make. */
export interface SignOptions extends TsigContext {
  /** Seconds by which the clocks may differ. Default: 300. */
  readonly fudge?: number;
  /** Default: 0. With {@link BADKEY} and {@link BADSIG} the record carries no MAC (RFC 8945 §5.2). */
  readonly error?: number;
  /** Default: empty. With {@link BADTIME}: the server's time, 6 octets ({@link uint48}). */
  readonly otherData?: Uint8Array;
}

/**
 * Adds a signature to a message.
 * @param message without one; not changed
 * @param timeS seconds since 1970; in an answer with BADTIME the time of the request
 * @returns the signed message and its MAC, which the next message of the exchange covers
 * @throws FormatError when the signed message is longer than 65,535 bytes
 */
export function signMessage(
  message: Uint8Array,
  key: TsigKey,
  timeS: number,
  options: SignOptions = {},
): { message: Uint8Array; mac: Uint8Array } {
  const { error = 0, otherData = new Uint8Array(0), fudge = DEFAULT_FUDGE_S } = options;
  const fields = { keyName: key.name, algorithm: TSIG_ALGORITHM, timeS, fudge, error, otherData };
  const mac =
    error === BADKEY || error === BADSIG
      ? new Uint8Array(0)
      : macOf(message, fields, key.secret, options);
  const originalId = uint16At(message, 0);
  const rdata = concat([
    encodeName(TSIG_ALGORITHM),
    uint48(timeS),
    uint16s(fudge, mac.length),
    mac,
    uint16s(originalId, error, otherData.length),
    otherData,
  ]);
  const owner = [encodeName(key.name), uint16s(TYPE.TSIG, CLASS_ANY), uint32s(0)];
  const signed = concat([message, ...owner, uint16s(rdata.length), rdata]);
  if (signed.length > MAX_MESSAGE_BYTES) {
    throw new FormatError(`The signed DNS message would have ${signed.length} bytes.`);
  }
  signed.set(uint16s(uint16At(message, 10) + 1), 10);
  return { message: signed, mac };
}

/** A message whose signature was found good. */
export interface VerifiedMessage {
  /** Without its TSIG record. */
  readonly message: Uint8Array;
  readonly mac: Uint8Array;
  /** Seconds since 1970, by the other side's clock. */
  readonly timeSigned: number;
}

/**
 * Checks the signature of a message: key, then MAC, then time (RFC 8945 §5.2).
 * @param nowS our clock, seconds since 1970
 * @param context `requestMac` for an answer
 * @throws TsigError when the message must not be used; FormatError when it is damaged
 */
export function verifyMessage(
  message: Uint8Array,
  key: TsigKey,
  nowS: number,
  context: TsigContext = {},
): VerifiedMessage {
  const tsig = readTsig(message);
  if (tsig === null) throw unsigned(message);
  checkKey(tsig, key);
  const plain = withoutTsig(message, tsig);
  checkMac(plain, tsig, key, context);
  checkTime(tsig, nowS);
  return { message: plain, mac: tsig.mac, timeSigned: tsig.timeS };
}

function unsigned(message: Uint8Array): TsigError {
  if (readHeader(message).rcode === RCODE.NOTAUTH) return refused(RCODE.NOTAUTH);
  return new TsigError('missing', 'The DNS message is not signed.');
}

function checkKey(tsig: TsigRecord, key: TsigKey): void {
  if (tsig.mac.length === 0 && tsig.error !== 0) {
    throw refused(tsig.error);
  }
  const sameKey = tsig.keyName === key.name.toLowerCase().replace(/\.$/, '');
  if (!sameKey || tsig.algorithm !== TSIG_ALGORITHM) {
    const signer = printable(`${tsig.keyName} (${tsig.algorithm})`);
    throw new TsigError('bad-key', `The DNS message is signed with another key: ${signer}.`);
  }
}

function checkMac(plain: Uint8Array, tsig: TsigRecord, key: TsigKey, context: TsigContext): void {
  const wanted = macOf(plain, tsig, key.secret, context);
  // A shortened MAC (RFC 8945 §5.2.2.1) is not needed by any server of hmac-sha256.
  if (tsig.mac.length !== MAC_BYTES || !timingSafeEqual(wanted, tsig.mac)) {
    throw new TsigError('bad-signature', 'The signature of the DNS message is wrong.');
  }
}

function checkTime(tsig: TsigRecord, nowS: number): void {
  if (tsig.error === BADTIME && tsig.otherData.length === 6) {
    throw badTime(uint48At(tsig.otherData, 0) - nowS);
  }
  if (tsig.error !== 0) throw refused(tsig.error);
  if (Math.abs(tsig.timeS - nowS) > tsig.fudge) throw badTime(tsig.timeS - nowS);
}

function refused(code: number): TsigError {
  const message = `The server refused the signature: ${errorName(code)}.`;
  return new TsigError('server-error', message, { code });
}

function badTime(differenceS: number): TsigError {
  const seconds = Math.abs(differenceS);
  return new TsigError('bad-time', `The clocks differ by ${seconds} s.`, { differenceS });
}

const ERROR_NAMES: Readonly<Record<number, string>> = {
  [RCODE.NOTAUTH]: 'NOTAUTH',
  [BADSIG]: 'BADSIG',
  [BADKEY]: 'BADKEY',
  [BADTIME]: 'BADTIME',
};

function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `error ${code}`;
}

/** The fields of a TSIG record that its MAC covers. */
type SignedFields = Omit<TsigRecord, 'mac' | 'originalId' | 'start'>;

/** Node takes four times as long to begin with bytes as with a key made of them. */
const keyObjects = new WeakMap<Uint8Array, KeyObject>();

function keyObjectOf(secret: Uint8Array): KeyObject {
  const known = keyObjects.get(secret) ?? createSecretKey(secret);
  keyObjects.set(secret, known);
  return known;
}

/** The MAC of a message (RFC 8945 §4.3.3). */
function macOf(
  message: Uint8Array,
  fields: SignedFields,
  secret: Uint8Array,
  context: TsigContext,
): Uint8Array {
  const hmac = createHmac('sha256', keyObjectOf(secret));
  const before = context.priorMac ?? context.requestMac;
  if (before) hmac.update(uint16s(before.length)).update(before);
  for (const unsigned of context.unsigned ?? []) hmac.update(unsigned);
  hmac.update(message);
  const timers = concat([uint48(fields.timeS), uint16s(fields.fudge)]);
  if (context.priorMac !== undefined) return hmac.update(timers).digest();
  hmac.update(encodeName(fields.keyName)).update(uint16s(CLASS_ANY)).update(uint32s(0));
  hmac.update(encodeName(fields.algorithm)).update(timers);
  hmac.update(uint16s(fields.error, fields.otherData.length)).update(fields.otherData);
  return hmac.digest();
}
