/** Hits as a firewall at the edge of a company sees them: noise from outside, some machines inside that call out. */
import type { Hit } from '../../src/core/ports.ts';

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

const PORTS = [22, 23, 445, 3389, 80, 443, 8080, 5060, 123, 53, 25, 1433, 3306, 5900, 6379, 8443];
/** One in so many hits goes out. */
const OUTGOING = 12;
/** Remote addresses that come; few of them often. */
const REMOTES = 200_000;

/** A hit of a protocol with ports. */
type RandomHit = Omit<Hit, 'line'> & {
  readonly sourcePort: number;
  readonly destinationPort: number;
};

/** A hit at a time. Addresses are those of documentation and benchmarking (RFC 5737, RFC 2544), some of IPv6. */
export function randomHit(random: Random, time: number): Hit {
  const out = random() * OUTGOING < 1;
  const remote = remoteAddress(Math.floor(REMOTES * random() ** 4), random);
  const inside = out ? `192.168.1.${10 + Math.floor(40 * random() ** 3)}` : '203.0.113.7';
  const [source, destination] = out ? [inside, remote] : [remote, inside];
  const udp = random() < 0.1;
  const hit: RandomHit = {
    time,
    direction: out ? 'out' : 'in',
    interface: out ? 'em1' : 'em0',
    action: random() < 0.02 ? 'pass' : 'block',
    protocol: udp ? 'udp' : 'tcp',
    source,
    sourcePort: 1024 + Math.floor(60_000 * random()),
    destination,
    destinationPort: PORTS[Math.floor(PORTS.length * random() ** 2)] ?? 443,
    tracker: out ? 1770000102 : 1770000101,
    entry: remote.includes(':') ? null : `${remote.slice(0, remote.lastIndexOf('.'))}.0/24`,
  };
  return { ...hit, line: Buffer.from(lineOf(hit)) };
}

function remoteAddress(index: number, random: Random): string {
  if (random() < 0.02) return `2001:db8::${(1 + (index % 0xfff)).toString(16)}`;
  return `198.${18 + ((index >> 16) & 1)}.${(index >> 8) & 255}.${index & 255}`;
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
