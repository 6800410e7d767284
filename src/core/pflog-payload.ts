/** The IP packet of a log record, as far as it was captured (RFC 791, RFC 8200). */
import type { PflogFault } from './pflog-packet.ts';
import { formatPrefix } from './prefix-text.ts';

/** Addresses and what is behind them. */
export interface Payload {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  /** Number of the protocol. */
  readonly protocol: number;
  /** Null: the protocol has none, or they were not captured, or it is a later fragment. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** Bytes behind the IP header. */
  readonly length: number;
  /** Set for a later fragment: where its bytes belong. */
  readonly fragmentOffset: number;
  /** What was captured behind the IP headers; of a later fragment nothing. */
  readonly data: Uint8Array;
}

const PORTS: ReadonlySet<number> = new Set([6, 17, 132]);
/** Hop-by-hop, routing, destination options, mobility, HIP, shim6. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60, 135, 139, 140]);
const FRAGMENT = 44;
/** More extension headers than this are nobody's. */
const MOST_EXTENSIONS = 16;

/** @param length of the packet before it was cut */
export function readPayload(bytes: Uint8Array, length: number): Payload | PflogFault {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return readIp4(bytes, length);
  if (version === 6) return readIp6(bytes, length);
  return { fault: `no IP packet behind its header` };
}

function readIp4(bytes: Uint8Array, length: number): Payload | PflogFault {
  if (bytes.length < 20) return { fault: 'cut off in its IP header' };
  const view = viewOf(bytes);
  const headerLength = ((bytes[0] ?? 0) & 15) * 4;
  if (headerLength < 20) return { fault: `an IP header of ${headerLength} bytes` };
  const fragmentOffset = (view.getUint16(6) & 0x1fff) * 8;
  const total = view.getUint16(2);
  // A length of 0 is that of a packet that the network card was to cut (TSO).
  const whole = total === 0 ? length : total;
  return behindAddresses({
    ...{ version: 4, source: address4(view, 12), destination: address4(view, 16) },
    protocol: bytes[9] ?? 0,
    fragmentOffset,
    length: Math.max(0, whole - headerLength),
    data: bytes.subarray(Math.min(headerLength, bytes.length), Math.max(headerLength, whole)),
  });
}

function readIp6(bytes: Uint8Array, length: number): Payload | PflogFault {
  if (bytes.length < 40) return { fault: 'cut off in its IP header' };
  const view = viewOf(bytes);
  const claimed = view.getUint16(4);
  const whole = claimed === 0 ? length : 40 + claimed;
  const behind = skipExtensions(bytes, view);
  return behindAddresses({
    ...{ version: 6, source: address6(view, 8), destination: address6(view, 24) },
    protocol: behind.protocol,
    fragmentOffset: behind.fragmentOffset,
    length: Math.max(0, whole - behind.at),
    data: bytes.subarray(Math.min(behind.at, bytes.length), Math.max(behind.at, whole)),
  });
}

function skipExtensions(bytes: Uint8Array, view: DataView) {
  let [protocol, at, fragmentOffset] = [bytes[6] ?? 0, 40, 0];
  for (let count = 0; count < MOST_EXTENSIONS && at + 8 <= bytes.length; count += 1) {
    if (protocol === FRAGMENT) {
      fragmentOffset = view.getUint16(at + 2) & 0xfff8;
      protocol = bytes[at] ?? 0;
      at += 8;
      if (fragmentOffset > 0) break;
    } else if (EXTENSIONS.has(protocol)) {
      protocol = bytes[at] ?? 0;
      at += ((bytes[at + 1] ?? 0) + 1) * 8;
    } else break;
  }
  return { protocol, at, fragmentOffset };
}

function behindAddresses(packet: Omit<Payload, 'sourcePort' | 'destinationPort'>): Payload {
  const isLater = packet.fragmentOffset > 0;
  const data = isLater ? packet.data.subarray(0, 0) : packet.data;
  const hasPorts = PORTS.has(packet.protocol) && data.length >= 4;
  const view = viewOf(data);
  return {
    ...packet,
    data,
    sourcePort: hasPorts ? view.getUint16(0) : null,
    destinationPort: hasPorts ? view.getUint16(2) : null,
  };
}

function address4(view: DataView, at: number): string {
  return formatPrefix({ family: 4, words: [view.getUint32(at)], length: 32 });
}

function address6(view: DataView, at: number): string {
  const words = [0, 4, 8, 12].map((part) => view.getUint32(at + part));
  return formatPrefix({ family: 6, words, length: 128 });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
