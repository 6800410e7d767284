/** A policy service in this process: one zone, one list of many sub-lists, whose content the bench exchanges. */
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { emptyList, type PrefixTable } from '../../src/core/prefix-list.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import { encodeApl } from '../../src/protocol/apl.ts';
import { ptr, startDnsServer, truthfully } from '../../test/support/dns-server.ts';
import { randomAddress4, randomWords } from './random.ts';

const ZONE = 'threatstop.local';

/** The list it serves. */
export const LIST = `basic.${ZONE}`;

/** A running policy service. */
export interface PolicyServer {
  readonly port: number;
  /** Serves other content, with the next serial. */
  serve(table: PrefixTable): void;
  stop(): Promise<void>;
}

/** Starts it with nothing to serve. */
export async function startPolicyServer(): Promise<PolicyServer> {
  let serial = 0;
  let data = new Map<string, readonly Uint8Array[]>();
  const server = await startDnsServer((question) => truthfully(question, ZONE, serial, data));
  return {
    port: server.port,
    serve(table) {
      const pieces = encodeApl(table);
      const names = pieces.map((_, index) => `basic-l${index}.${ZONE}`);
      const subLists = names.map((name, index): [string, Uint8Array[]] => [
        `APL ${name}`,
        [pieces[index] ?? new Uint8Array()],
      ]);
      data = new Map([[`PTR ${LIST}`, names.map(ptr)], ...subLists]);
      serial += 1;
    },
    stop: () => server.stop(),
  };
}

/** The test address and random prefixes, 85 % of them single addresses; the same ones for the same seed. */
export function randomPolicy(entries: number, seed: number): PrefixTable {
  const random = randomWords(seed);
  const v4 = new PrefixBuilder(4, entries);
  v4.add(parsePrefix('64.87.3.133'));
  while (v4.size < entries) {
    const word = random();
    v4.add4(randomAddress4(random), word % 100 < 85 ? 32 : 20 + ((word >>> 8) % 12));
  }
  return toTable(v4.toList(), emptyList(6));
}
