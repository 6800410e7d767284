/** pflog files as pflogd(8) of OpenBSD writes them, made byte by byte. */
import { FilterLog } from './filter-log.ts';

/** A packet to log. Addresses are IPv4, or IPv6 when they have a colon. */
export interface LoggedBytes {
  /** Microseconds since 1970. */
  readonly micros: bigint;
  readonly rule: number;
  readonly anchor?: string;
  readonly subrule?: number;
  readonly action?: number;
  readonly reason?: number;
  readonly direction?: 1 | 2;
  readonly interface?: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Behind the IP header. */
  readonly payload: Uint8Array;
  /** Captured bytes at most, `pflogd -s`. */
  readonly snap?: number;
  readonly bigEndian?: boolean;
}

const NO_RULE = 0xffff_ffff;

/** The header of the file. */
export function pcapHeader(bigEndian = false): Buffer {
  const bytes = Buffer.alloc(24);
  const put = writer(bytes, bigEndian);
  put.u32(0, 0xa1b2c3d4);
  put.u16(4, 2);
  put.u16(6, 4);
  put.u32(16, 160);
  put.u32(20, 117);
  return bytes;
}

/** One record: the header of pcap, that of pflog, the packet. */
export function pflogRecord(packet: LoggedBytes): Buffer {
  const whole = Buffer.concat([pfloghdr(packet), ipPacket(packet)]);
  const captured = whole.subarray(0, packet.snap ?? 160);
  const header = Buffer.alloc(16);
  const put = writer(header, packet.bigEndian ?? false);
  put.u32(0, Number(packet.micros / 1_000_000n));
  put.u32(4, Number(packet.micros % 1_000_000n));
  put.u32(8, captured.length);
  put.u32(12, whole.length);
  return Buffer.concat([header, captured]);
}

/** A TCP segment without data. @param flags as in its header: 2 is SYN */
export function tcpSegment(source: number, destination: number, flags = 2, sequence = 0): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(source, 0);
  bytes.writeUInt16BE(destination, 2);
  bytes.writeUInt32BE(sequence, 4);
  bytes[12] = 0x50;
  bytes[13] = flags;
  bytes.writeUInt16BE(16384, 14);
  return bytes;
}

/** A UDP datagram. */
export function udpDatagram(source: number, destination: number, length: number): Buffer {
  const bytes = Buffer.alloc(8 + length);
  bytes.writeUInt16BE(source, 0);
  bytes.writeUInt16BE(destination, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  return bytes;
}

/** An echo request. */
export function echoRequest(): Buffer {
  return Buffer.concat([Buffer.from([8, 0, 0, 0, 0x75, 9, 0, 0]), Buffer.alloc(56)]);
}

/** `struct pfloghdr` of OpenBSD, 100 bytes. */
function pfloghdr(packet: LoggedBytes): Buffer {
  const bytes = Buffer.alloc(100);
  bytes[0] = 100;
  bytes[1] = packet.source.includes(':') ? 24 : 2;
  bytes[2] = packet.action ?? 1;
  bytes[3] = packet.reason ?? 0;
  bytes.write(packet.interface ?? 'em0', 4, 15, 'latin1');
  bytes.write(packet.anchor ?? '', 20, 15, 'latin1');
  bytes.writeUInt32BE(packet.rule, 36);
  bytes.writeUInt32BE(packet.subrule ?? NO_RULE, 40);
  bytes.writeInt32LE(-1, 44);
  bytes.writeInt32LE(100_000, 48);
  bytes[60] = packet.direction ?? 2;
  bytes[62] = bytes[1];
  return bytes;
}

function ipPacket({ source, destination, protocol, payload }: LoggedBytes): Buffer {
  if (source.includes(':')) {
    const header = Buffer.alloc(8);
    header[0] = 0x60;
    header.writeUInt16BE(payload.length, 4);
    header[6] = protocol;
    header[7] = 64;
    return Buffer.concat([header, address6(source), address6(destination), payload]);
  }
  const header = Buffer.alloc(12);
  header[0] = 0x45;
  header.writeUInt16BE(20 + payload.length, 2);
  header[8] = 64;
  header[9] = protocol;
  return Buffer.concat([header, address4(source), address4(destination), payload]);
}

function address4(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

function address6(text: string): Buffer {
  const [left = '', right] = text.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const [head, tail] = [words(left), words(right ?? '')];
  const middle =
    right === undefined ? [] : new Array<number>(8 - head.length - tail.length).fill(0);
  const bytes = Buffer.alloc(16);
  for (const [index, word] of [...head, ...middle, ...tail].entries()) {
    bytes.writeUInt16BE(word, index * 2);
  }
  return bytes;
}

function writer(bytes: Buffer, bigEndian: boolean) {
  return {
    u16: (at: number, value: number) =>
      bigEndian ? bytes.writeUInt16BE(value, at) : bytes.writeUInt16LE(value, at),
    u32: (at: number, value: number) =>
      bigEndian ? bytes.writeUInt32BE(value, at) : bytes.writeUInt32LE(value, at),
  };
}

const BEGIN = 1_795_000_000_000_000n;

/** A ping to a listed address, as the document has it; `number` makes it unlike any other. */
export function numberedRecord(number: number): Buffer {
  return pflogRecord({
    micros: BEGIN + BigInt(number) * 1_000_003n,
    rule: 1,
    source: '10.0.2.15',
    destination: '64.87.3.133',
    protocol: 1,
    payload: echoRequest(),
  });
}

/** The line of {@link numberedRecord}. */
export function numberedLine(number: number): string {
  const micros = BEGIN + BigInt(number) * 1_000_003n;
  const whole = new Date(Number(micros / 1_000_000n) * 1000).toISOString().slice(0, 19);
  const fraction = String(micros % 1_000_000n).padStart(6, '0');
  return `${whole}.${fraction}Z rule 1/(match) block out on em0: 10.0.2.15 > 64.87.3.133: icmp: echo request`;
}

/** Writer and rotator of a pflog: a new file gets its header with its first packet, or before it. */
export class PflogLog extends FilterLog {
  /** Bytes that pflogd has and the file has not. */
  #held = Buffer.alloc(0);

  /** @param torn so many bytes of the last packet are written with the next ones only */
  override write(count: number, path = this.path, torn = 0): void {
    const from = this.written.length;
    const records = Array.from({ length: count }, (_, index) => {
      this.written.push(numberedLine(from + index));
      return numberedRecord(from + index);
    });
    const bytes = Buffer.concat([this.#held, ...this.#headerOf(path), ...records]);
    const cut = Math.max(0, bytes.length - torn);
    this.#held = bytes.subarray(cut);
    this.writeText(bytes.subarray(0, cut), path);
  }

  /** What is held back goes into the old file before it is closed. */
  override rotate(options: Parameters<FilterLog['rotate']>[0] = {}): void {
    this.flush();
    super.rotate(options);
  }

  flush(): void {
    if (this.#held.length > 0) this.writeText(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #headerOf(path: string): Buffer[] {
    return this.size(path) === 0 && this.#held.length === 0 ? [pcapHeader()] : [];
  }
}
