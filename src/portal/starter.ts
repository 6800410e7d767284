import { fileURLToPath } from 'node:url';
import type { PrefixTable } from '../core/prefix-list.ts';
import { formatTable, parseTable } from '../core/prefix-text.ts';
import { readFeed } from './feeds.ts';

/** Names of the lists a new portal has. */
export const STARTER_BLOCK_LIST = 'basic.threatstop.local';
export const STARTER_ALLOW_LIST = 'dns.threatstop.local';

/** `bad.threatstop.com`: blocked by every policy, so that a person can see one that is. */
const TEST_INDICATOR = '64.87.3.133';
const FEED = fileURLToPath(new URL('../../feeds/ipsum-level3.txt.gz', import.meta.url));

/** Well-known public resolvers (Cloudflare, Google, Quad9): blocking one by mistake takes a network down. */
const PUBLIC_RESOLVERS = [
  '1.0.0.1',
  '1.1.1.1',
  '8.8.4.4',
  '8.8.8.8',
  '9.9.9.9',
  '149.112.112.112',
  '2001:4860:4860::8844',
  '2001:4860:4860::8888',
  '2606:4700:4700::1001',
  '2606:4700:4700::1111',
  '2620:fe::9',
  '2620:fe::fe',
];

/** The lists of a new portal, by name: the feed in `feeds/` with the test indicator, and the resolvers to allow. */
export async function starterLists(): Promise<ReadonlyMap<string, PrefixTable>> {
  const feed = Buffer.from(formatTable(await readFeed(FEED)));
  return new Map([
    [STARTER_BLOCK_LIST, parseTable(Buffer.concat([feed, Buffer.from(`${TEST_INDICATOR}\n`)]))],
    [STARTER_ALLOW_LIST, parseTable(Buffer.from(PUBLIC_RESOLVERS.join('\n')))],
  ]);
}
