import { uint48 } from '../../protocol/dns-bytes.ts';
import {
  BADKEY,
  BADSIG,
  BADTIME,
  TsigError,
  readTsig,
  signMessage,
  verifyMessage,
  type TsigKey,
  type TsigRecord,
} from '../../protocol/tsig.ts';

/** The key of this name, or null. */
export type FindKey = (name: string) => TsigKey | null;

/** What the signature of a query is worth. */
export type Signature =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly key: TsigKey; readonly mac: Uint8Array }
  /** `error`: BADKEY, BADSIG or BADTIME. `key` has no secret when it is not ours. */
  | {
      readonly kind: 'bad';
      readonly key: TsigKey;
      readonly error: number;
      readonly tsig: TsigRecord;
    };

/**
 * Checks the signature of a query, if it has one.
 * @param nowS seconds since 1970
 * @throws FormatError when the message is damaged
 */
export function signatureOf(query: Uint8Array, findKey: FindKey, nowS: number): Signature {
  const tsig = readTsig(query);
  if (tsig === null) return { kind: 'none' };
  const key = findKey(tsig.keyName);
  if (key === null) {
    return {
      kind: 'bad',
      key: { name: tsig.keyName, secret: new Uint8Array(0) },
      error: BADKEY,
      tsig,
    };
  }
  try {
    return { kind: 'good', key, mac: verifyMessage(query, key, nowS).mac };
  } catch (cause) {
    const error = cause instanceof TsigError ? errorOf(cause) : null;
    if (error === null) throw cause;
    return { kind: 'bad', key, error, tsig };
  }
}

function errorOf({ reason }: TsigError): number | null {
  if (reason === 'bad-key') return BADKEY;
  if (reason === 'bad-signature') return BADSIG;
  return reason === 'bad-time' ? BADTIME : null;
}

/**
 * Signs an answer as its query was signed. After a bad signature it carries the error: unsigned for BADKEY and
 * BADSIG, signed and with the server's time for BADTIME (RFC 8945 §5.2, §5.3).
 * @throws FormatError when the signed answer would be longer than 65,535 bytes
 */
export function signAnswer(answer: Uint8Array, signature: Signature, nowS: number): Uint8Array {
  if (signature.kind === 'none') return answer;
  const { key } = signature;
  if (signature.kind === 'good') {
    return signMessage(answer, key, nowS, { requestMac: signature.mac }).message;
  }
  const { error, tsig } = signature;
  const { fudge, mac: requestMac, timeS } = tsig;
  if (error !== BADTIME) return signMessage(answer, key, timeS, { error, fudge }).message;
  return signMessage(answer, key, timeS, { error, fudge, requestMac, otherData: uint48(nowS) })
    .message;
}
