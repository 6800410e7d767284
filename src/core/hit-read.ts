/** From a line of ours to a hit. */
import { parsePrefix } from './prefix-parse.ts';
import { wayOf } from './hit-ends.ts';
import { formatPrefix } from './prefix-text.ts';
import { FormatError } from './errors.ts';
import { parseAnyLine } from './log-line-any.ts';
import type { KernelPacket } from './log-line-kernel.ts';
import type { PolicyLookups } from './log-line-match.ts';
import { createStampReader, type ZoneOffset } from './log-time.ts';
import type { Hit, RawHit } from './ports.ts';

/** Reads a line (without its newline). Lines must come in the order they were logged. Never throws. */
export type HitReader = (line: Uint8Array) => Hit | RawHit;

/** What is needed to read lines. */
export interface HitReaderOptions {
  /** When they are read; none was logged later. */
  readonly now: number;
  readonly zone: ZoneOffset;
  /** Names the entry that an address met. */
  readonly policy: PolicyLookups;
}

/** Makes a reader. A line that cannot be read becomes a raw hit of the time before it (`now` for the first). */
export function createHitReader({ now, zone, policy }: HitReaderOptions): HitReader {
  const timeOf = createStampReader(now, zone);
  let lastTime = now;
  return (line) => {
    const text = Buffer.from(line).toString('latin1');
    const packet = parseAnyLine(text);
    const time = packet === null ? null : timeOf(packet.stamp);
    if (packet === null || time === null) return { time: lastTime, line };
    lastTime = time;
    return hitOf(packet, time, line, policy);
  };
}

function hitOf(packet: KernelPacket, time: number, line: Uint8Array, policy: PolicyLookups): Hit {
  const { action, protocol, source, sourcePort, destination, destinationPort } = packet;
  const listed = { source: entryOf(source, policy), destination: entryOf(destination, policy) };
  const direction = directionOf(packet, listed);
  const [remote, local] =
    direction === 'in' ? [listed.source, listed.destination] : [listed.destination, listed.source];
  return {
    ...{ time, direction, interface: packet.interface, action, protocol },
    ...{ source, sourcePort, destination, destinationPort, tracker: packet.tracker },
    entry: remote ?? local,
    line,
  };
}

/** The entries that the two ends of a packet met. */
interface Listed {
  readonly source: string | null;
  readonly destination: string | null;
}

/**
 * Where a packet was going, seen from the network behind the firewall. The log tells it from the interface: a packet of an
 * inside host to a listed address comes *in* on the LAN, and one that is forwarded has no direction. So the end that is
 * listed tells, then the end that is private.
 */
function directionOf(packet: KernelPacket, listed: Listed): Hit['direction'] {
  const [fromListed, toListed] = [listed.source !== null, listed.destination !== null];
  if (fromListed !== toListed) return fromListed ? 'in' : 'out';
  return wayOf(packet);
}

/** The most specific entry that holds the address, of the block list first. */
function entryOf(address: string, { block, allow }: PolicyLookups): string | null {
  try {
    const prefix = parsePrefix(address);
    const [entry] = [...block.find(prefix), ...allow.find(prefix)];
    return entry === undefined ? null : formatPrefix(entry);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
