import { FormatError } from '../../core/errors.ts';
import { concat, uint16At, uint16s } from '../../protocol/dns-bytes.ts';
import { encodeName } from '../../protocol/dns-name.ts';
import { FLAG, readHeader } from '../../protocol/dns-scan.ts';
import { CLASS_IN, TYPE } from '../../protocol/dns-types.ts';
import { signMessage, verifyMessage, type TsigKey } from '../../protocol/tsig.ts';

const NOTIFY = 4;

/** A NOTIFY (RFC 1996) that the SOA of a zone has changed, signed. */
export function encodeNotify(
  id: number,
  zone: string,
  key: TsigKey,
  nowS: number,
): { message: Uint8Array; mac: Uint8Array } {
  const header = uint16s(id, (NOTIFY << 11) | FLAG.AA, 1, 0, 0, 0);
  const question = concat([encodeName(zone), uint16s(TYPE.SOA, CLASS_IN)]);
  return signMessage(concat([header, question]), key, nowS);
}

/**
 * The response code of the answer to a NOTIFY.
 * @returns null when the message is no answer to it
 * @throws FormatError, TsigError when it is damaged or not signed with the key
 */
export function readNotifyAnswer(
  message: Uint8Array,
  asked: { readonly id: number; readonly key: TsigKey; readonly mac: Uint8Array },
  nowS: number,
): number | null {
  if (message.length < 12 || uint16At(message, 0) !== asked.id) return null;
  const { flags, opcode, rcode } = readHeader(message);
  if ((flags & FLAG.QR) === 0 || opcode !== NOTIFY) {
    throw new FormatError('the answer is none to a NOTIFY');
  }
  // A server that refuses may not sign, having no key to do so with.
  if (rcode === 0) verifyMessage(message, asked.key, nowS, { requestMac: asked.mac });
  return rcode;
}
