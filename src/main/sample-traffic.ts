/**
 * Sample traffic of the demo: realistic lines in its own filter log, of addresses of its policy, so that a newcomer sees
 * a living page. They go the way of every line. The host name `sample` marks them.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { SampleTraffic } from '../web/options.ts';

/** Where it writes, and where it takes addresses from. */
export interface SamplePlaces {
  readonly log: string;
  /** Table file of the block list. */
  readonly table: string;
}

const MARK = Buffer.from(' sample filterlog ');
const PAUSE_MS = 1_000;
const MOST_LINES = 4;
/** In every policy, for tests. */
const INDICATOR = '64.87.3.133';
const PORTS = [22, 23, 445, 3389, 80, 443, 8080, 5060];
/** The one that calls out most. */
const INFECTED = '192.168.1.23';

/** The switch; it is off at the start. Call `stop` at the end. */
export function createSampleTraffic(
  { log, table }: SamplePlaces,
  random: () => number,
  now: () => number,
): SampleTraffic & { stop(): void } {
  let running: AbortController | null = null;
  const write = async (signal: AbortSignal): Promise<void> => {
    const addresses = await addressesOf(table);
    while (!signal.aborted) {
      const count = Math.floor(random() * (MOST_LINES + 1));
      const lines = Array.from({ length: count }, () => sampleLine(addresses, random, now()));
      await appendFile(log, lines.join(''));
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const stop = (): void => {
    running?.abort();
    running = null;
  };
  return {
    isOn: () => running !== null,
    set(on) {
      stop();
      if (!on) return;
      const mine = new AbortController();
      running = mine;
      // A log that cannot be written ends it; the switch then shows that it is off.
      write(mine.signal).catch(() => {
        if (running === mine) stop();
      });
    },
    isSample: (line) => Buffer.from(line.buffer, line.byteOffset, line.length).includes(MARK),
    stop,
  };
}

/** One line as filterlog(8) of pfSense writes it, RFC 5424 with the time in UTC. */
export function sampleLine(
  addresses: readonly string[],
  random: () => number,
  time: number,
): string {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const remote = pick(addresses) ?? INDICATOR;
  const out = random() < 0.25;
  const inside = random() < 0.6 ? INFECTED : `192.168.1.${10 + Math.floor(random() * 40)}`;
  const [source, destination] = out ? [inside, remote] : [remote, '203.0.113.7'];
  const way = out ? '1770000102,em1,match,block,out' : '1770000101,em0,match,block,in';
  const ports = `${1024 + Math.floor(random() * 60_000)},${pick(PORTS) ?? 443}`;
  const stamp = new Date(time).toISOString();
  return `1 ${stamp} sample filterlog 1 - - 6,,,${way},4,0x0,,51,0,0,DF,6,tcp,60,${source},${destination},${ports},0,S,1,,64240,,mss\n`;
}

/** Some single IPv4 addresses of the policy. */
async function addressesOf(table: string): Promise<readonly string[]> {
  const text = await readFile(table, 'latin1').catch(() => '');
  const addresses = text.split('\n').filter((line) => /^[\d.]+$/.test(line));
  const step = Math.max(1, Math.floor(addresses.length / 200));
  return [INDICATOR, ...addresses.filter((_, index) => index % step === 0)];
}
