/** A policy service in this process: one block and one allow list, whose content the test exchanges. */
import { EMPTY_TABLE, type PrefixTable } from '../../src/core/prefix-list.ts';
import { encodeApl } from './apl-pieces.ts';
import { ptr, startDnsServer, truthfully } from './dns-server.ts';

const ZONE = 'threatstop.local';

/** The lists it serves. */
export const BLOCK_LIST = `basic.${ZONE}`;
export const ALLOW_LIST = `dns.${ZONE}`;

/** A running policy service. */
export interface PolicyServer {
  readonly port: number;
  /** Serves other content, with the next serial; `others` by the names of their lists. */
  serve(
    block: PrefixTable,
    allow?: PrefixTable,
    others?: Readonly<Record<string, PrefixTable>>,
  ): void;
  /** Takes connections and questions from now on, and answers none. */
  fallSilent(): void;
  stop(): Promise<void>;
}

/** Starts it with nothing to serve. @param first serial of the zone, before it serves anything */
export async function startPolicyServer(first = 0): Promise<PolicyServer> {
  let serial = first;
  let silent = false;
  let data = new Map<string, readonly Uint8Array[]>();
  const server = await startDnsServer((question) =>
    silent ? null : truthfully(question, ZONE, serial, data),
  );
  return {
    port: server.port,
    serve(block, allow = EMPTY_TABLE, others = {}) {
      const lists = Object.entries({ [BLOCK_LIST]: block, [ALLOW_LIST]: allow, ...others });
      data = new Map(lists.flatMap(([list, table]) => recordsOf(list, table)));
      serial += 1;
    },
    fallSilent() {
      silent = true;
    },
    stop: () => server.stop(),
  };
}

/** PTR to sub-lists, APL at each. */
function recordsOf(list: string, table: PrefixTable): [string, readonly Uint8Array[]][] {
  const subLists = encodeApl(table).map((data, index): [string, Uint8Array[]] => [
    `APL l${index}-${list}`,
    [data],
  ]);
  const names = subLists.map(([key]) => ptr(key.replace('APL ', '')));
  return [[`PTR ${list}`, names], ...subLists];
}
