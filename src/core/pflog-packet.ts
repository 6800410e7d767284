/** A packet of pflog: the `struct pfloghdr` and the IP header behind it. Bytes are hostile: nothing here throws. */
import { readPayload, type Payload } from './pflog-payload.ts';

/** A logged packet. Texts are plain ASCII words. */
export interface PflogPacket extends Payload {
  /** Number of the rule; null: the default rule. */
  readonly rule: number | null;
  /** The anchor it is in, and its number there; empty and null: none. */
  readonly anchor: string;
  readonly subrule: number | null;
  readonly reason: string;
  readonly action: string;
  readonly direction: 'in' | 'out';
  readonly interface: string;
}

/** Why a packet could not be read. */
export interface PflogFault {
  readonly fault: string;
}

/** PFRES_* of sys/net/pfvar.h. */
const REASONS =
  'match bad-offset fragment short normalize memory bad-timestamp congestion ip-option proto-cksum state-mismatch state-insert state-limit src-limit synproxy translate no-route'.split(
    ' ',
  );
/** PF_PASS … of sys/net/pfvar.h; what the log calls by another name is called so. */
const ACTIONS =
  'pass block scrub noscrub nat nat binat binat rdr rdr synproxy-drop defer match divert rt afrt'.split(
    ' ',
  );
const OUT = 2;
/** Up to and with the direction: the part that OpenBSD and FreeBSD have in common. */
const LEAST_HEADER = 61;
const NO_RULE = 0xffff_ffff;

/**
 * Reads a packet.
 * @param bytes as captured
 * @param length of the packet before it was cut
 */
export function readPflogPacket(bytes: Uint8Array, length: number): PflogPacket | PflogFault {
  const headerLength = bytes[0] ?? 0;
  // BPF_WORDALIGN: the packet begins at a multiple of 4.
  const start = (headerLength + 3) & ~3;
  if (headerLength < LEAST_HEADER) return { fault: `a header of ${headerLength} bytes` };
  if (bytes.length < start) return { fault: `cut off in its header, at ${bytes.length} bytes` };
  const payload = readPayload(bytes.subarray(start), Math.max(0, length - start));
  if ('fault' in payload) return payload;
  return { ...readHeader(bytes), ...payload };
}

function readHeader(bytes: Uint8Array): Omit<PflogPacket, keyof Payload> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [action, reason] = [view.getUint8(2), view.getUint8(3)];
  return {
    rule: numberOf(view.getUint32(36)),
    anchor: wordIn(bytes.subarray(20, 36)),
    subrule: numberOf(view.getUint32(40)),
    reason: REASONS[reason] ?? `unkn-${reason}`,
    action: ACTIONS[action] ?? `action-${action}`,
    direction: view.getUint8(60) === OUT ? 'out' : 'in',
    interface: wordIn(bytes.subarray(4, 20)) || '?',
  };
}

function numberOf(value: number): number | null {
  return value === NO_RULE ? null : value;
}

/** Up to the first NUL; whatever is no letter, digit or one of `._-/` becomes `_`. */
function wordIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
  return text.replaceAll(/[^A-Za-z0-9._/-]/g, '_');
}
