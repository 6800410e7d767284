/** Hits as a firewall at the edge of a company sees them: noise from outside, some machines inside that call out. */
import type { Hit } from '../../src/core/ports.ts';
import { trafficAt, type Traffic } from './traffic.ts';

/** A source of numbers from 0 up to 1. */
export type Random = () => number;

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is asked for from outside, and what machines inside that are not their own any more ask for; the likeliest first. */
const PORTS_IN = [
  23, 22, 3389, 445, 8080, 443, 80, 5060, 6379, 1433, 8443, 5900, 123, 3306, 25, 53,
];
const PORTS_OUT = [443, 80, 445, 8080, 53, 25, 6667, 4444, 123, 8443];
const UDP = new Set([53, 123, 5060]);
/** Remote addresses that come; few of them often. */
const REMOTES = 200_000;
/** Inside hosts that call out: their last numbers, the worst first. */
const INSIDE = [23, 87, 142, 61, 12, 205, 34, 118, 77, 160, 45, 19, 93, 231, 58, 104];

/** A hit of a protocol with ports. */
type RandomHit = Omit<Hit, 'line'> & {
  readonly sourcePort: number;
  readonly destinationPort: number;
};

const OUT = { direction: 'out', interface: 'em1', tracker: 1770000102 } as const;
const IN = { direction: 'in', interface: 'em0', tracker: 1770000101 } as const;

/** A hit at a time. Addresses are those of documentation and benchmarking (RFC 5737, RFC 2544), some of IPv6. */
export function randomHit(random: Random, time: number): Hit {
  const { outShare, scan } = trafficAt(time);
  const hit: RandomHit = {
    ...{ time, action: random() < 0.02 ? 'pass' : 'block' },
    sourcePort: 1024 + Math.floor(60_000 * random()),
    ...(random() < outShare ? callOut(random) : callIn(random, scan)),
  };
  return { ...hit, line: Buffer.from(lineOf(hit)) };
}

function callOut(random: Random) {
  const source = `192.168.1.${oneOf(INSIDE, random() ** 2)}`;
  const destination = remoteAddress(indexOf(random), random);
  const port = oneOf(PORTS_OUT, random() ** 1.7);
  return { ...OUT, source, destination, entry: entryOf(destination), ...asked(port) };
}

function callIn(random: Random, scan: Traffic['scan']) {
  const scanned = scan !== null && random() < scan.share ? scan : null;
  const source = remoteAddress(scanned?.remote ?? indexOf(random), random);
  const port = scanned?.port ?? oneOf(PORTS_IN, random() ** 1.7);
  return { ...IN, source, destination: '203.0.113.7', entry: entryOf(source), ...asked(port) };
}

function asked(destinationPort: number) {
  return { destinationPort, protocol: UDP.has(destinationPort) ? 'udp' : 'tcp' };
}

/** The entry that blocks a remote address. */
function entryOf(remote: string): string {
  if (remote.includes(':')) return '2001:db8::/64';
  return `${remote.slice(0, remote.lastIndexOf('.'))}.0/24`;
}

function indexOf(random: Random): number {
  return Math.floor(REMOTES * random() ** 4);
}

function remoteAddress(index: number, random: Random): string {
  if (random() < 0.02) return `2001:db8::${(1 + (index % 0xfff)).toString(16)}`;
  // Scattered, as the world is; an odd factor leaves each its own.
  const place = Math.imul(index + 1, 0x9e3b) & 0x1ffff;
  return `198.${18 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}`;
}

/** @param at from 0 up to 1 */
function oneOf(from: readonly number[], at: number): number {
  return from[Math.floor(from.length * at)] ?? 0;
}

/** The line that filterlog(8) of pfSense writes of it, in UTC. */
export function lineOf(hit: RandomHit): string {
  const stamp = new Date(hit.time).toUTCString();
  const [, day = '', month = '', , clock = ''] = stamp.split(' ');
  const number = hit.protocol === 'udp' ? 17 : 6;
  const ends = `${hit.source}${hit.destination}`.includes(':')
    ? `6,0x00,0x00000,64,${hit.protocol},${number},60`
    : `4,0x0,,51,0,0,DF,${number},${hit.protocol},60`;
  const tail = hit.protocol === 'udp' ? '40' : '0,S,1,,64240,,mss';
  return (
    `${month} ${day} ${clock} fw filterlog[38263]: 6,,,${hit.tracker},${hit.interface},match,${hit.action},${hit.direction},` +
    `${ends},${hit.source},${hit.destination},${hit.sourcePort},${hit.destinationPort},${tail}`
  );
}
