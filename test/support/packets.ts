/** Sending packets between hosts, and seeing which arrive. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NetworkHost } from './network.ts';

const PROGRAM = join(import.meta.dirname, 'packet-peer.ts');
const PROTOCOLS = ['icmp', 'udp', 'tcp'] as const;
/** What is to arrive does so in milliseconds; a machine under load may take longer. */
const PATIENCE_MS = 3_000;
const PORT = 7007;

/** A program on a host that sends and receives. */
export class Peer {
  /** What arrived, and how often. */
  readonly got = new Map<string, number>();
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;
  #sent: (count: number) => void = () => undefined;
  #watch: () => void = () => undefined;

  /** @param port where it receives, and where it sends to */
  constructor(host: NetworkHost, port = PORT) {
    this.#child = host.start(process.execPath, PROGRAM, String(port));
    const lines = createInterface(this.#child.stdout!);
    this.#ready = once(lines, 'line');
    lines.on('line', (line) => this.#read(line));
  }

  async ready(): Promise<void> {
    await this.#ready;
  }

  /** @param order as packet-peer.ts reads it */
  order(...order: readonly string[]): void {
    this.#child.stdin!.write(`${order.join(' ')}\n`);
  }

  /** Ends a flood. @returns how many datagrams were sent */
  calm(): Promise<number> {
    return new Promise((resolve) => {
      this.#sent = resolve;
      this.order('calm');
    });
  }

  /** Resolves when all of these arrived, or after a time without. */
  async arrival(texts: readonly string[]): Promise<void> {
    const have = (): boolean => texts.every((text) => this.got.has(text));
    if (have()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      this.#watch = () => {
        if (!have()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#watch = () => undefined;
  }

  #read(line: string): void {
    const [word, text = ''] = line.split(' ');
    if (word === 'sent') this.#sent(Number(text));
    if (word !== 'got') return;
    this.got.set(text, (this.got.get(text) ?? 0) + 1);
    this.#watch();
  }
}

/** One way a packet can go. */
export interface Path {
  readonly name: string;
  readonly from: Peer;
  readonly to: Peer;
  readonly source: string;
  readonly destination: string;
}

let round = 0;

/**
 * Sends ICMP, UDP and TCP along all paths.
 * @param open whether packets of the path are to arrive; the answer waits for those
 * @param markers paths that are always open, one from each host to each other: when a datagram that was sent along them
 *   last has arrived, what was sent before has arrived too or never will
 * @returns names such as `udp client>blocked` of what arrived, sorted
 */
export async function reached(
  paths: readonly Path[],
  open: (path: Path) => boolean,
  markers: readonly Path[],
): Promise<string[]> {
  round += 1;
  const packets = paths.flatMap((path) =>
    PROTOCOLS.map((protocol) => ({
      protocol,
      path,
      name: `${protocol}:${path.name}`,
      text: `${round}:${protocol}:${path.name}`,
      // The answer to an echo comes back to its sender.
      seenBy: protocol === 'icmp' ? path.from : path.to,
    })),
  );
  for (const { protocol, path, text } of packets) {
    path.from.order(protocol, path.source, path.destination, text);
  }
  for (const { path, text, seenBy } of packets) if (open(path)) await seenBy.arrival([text]);
  for (const mark of ['first', 'second', 'third']) await passMarkers(markers, mark);
  return packets.filter(({ text, seenBy }) => seenBy.got.has(text)).map(({ name }) => name);
}

/** Names of all packets of the open paths, as {@link reached} tells them. */
export function expected(paths: readonly Path[], open: (path: Path) => boolean): string[] {
  return paths
    .filter(open)
    .flatMap((path) => PROTOCOLS.map((protocol) => `${protocol}:${path.name}`));
}

/** Sends a datagram along each path and waits until all have arrived. */
export async function passMarkers(markers: readonly Path[], mark: string): Promise<void> {
  for (const { name, from, to, source, destination } of markers) {
    const text = `${round}:${mark}:${name}`;
    from.order('udp', source, destination, text);
    await to.arrival([text]);
    assert.ok(to.got.has(text), `the marker ${name} did not arrive`);
  }
}
