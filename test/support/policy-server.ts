/** A policy service in this process: one block and one allow list, whose content the test exchanges. */
import { EMPTY_TABLE, type PrefixTable } from '../../src/core/prefix-list.ts';
import { encodeApl } from '../../src/protocol/apl.ts';
import { ptr, startDnsServer, truthfully } from './dns-server.ts';

const ZONE = 'threatstop.local';

/** The lists it serves. */
export const BLOCK_LIST = `basic.${ZONE}`;
export const ALLOW_LIST = `dns.${ZONE}`;

/** A running policy service. */
export interface PolicyServer {
  readonly port: number;
  /** Serves other content, with the next serial. */
  serve(block: PrefixTable, allow?: PrefixTable): void;
  /** Takes connections and questions from now on, and answers none. */
  fallSilent(): void;
  stop(): Promise<void>;
}

/** Starts it with nothing to serve. */
export async function startPolicyServer(): Promise<PolicyServer> {
  let serial = 0;
  let silent = false;
  let data = new Map<string, readonly Uint8Array[]>();
  const server = await startDnsServer((question) =>
    silent ? null : truthfully(question, ZONE, serial, data),
  );
  return {
    port: server.port,
    serve(block, allow = EMPTY_TABLE) {
      data = new Map([...recordsOf(BLOCK_LIST, block), ...recordsOf(ALLOW_LIST, allow)]);
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
