import { fileURLToPath } from 'node:url';
import type { Clock } from '../core/ports.ts';
import { sizeOf, type PrefixTable } from '../core/prefix-list.ts';
import { formatTable, parseTable } from '../core/prefix-text.ts';
import { readFeed } from './feed/packed-feed.ts';
import { PORTAL_ACTOR } from './model/change.ts';
import { addCatalogueFeed, editFeed } from './model/feeds.ts';
import {
  PUBLIC_RESOLVERS_LIST,
  STARTER_FEED,
  STARTER_POLICY,
  TEST_INDICATOR_LIST,
} from './model/names.ts';
import { addPolicy } from './model/policies.ts';
import { publishPolicy } from './model/publish.ts';
import { saveUserTable } from './model/user-lists.ts';
import type { Store } from './store.ts';
import { ZONE } from './zone/names.ts';

/** DNS names of the lists of the starter policy. */
const STARTER_BLOCK_LIST = `basic.${ZONE}`;
const STARTER_ALLOW_LIST = `dns.${ZONE}`;

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

/** What the sources of the starter policy hold. */
export interface StarterContent {
  readonly feed: PrefixTable;
  readonly testIndicator: PrefixTable;
  readonly allow: PrefixTable;
}

/** The feed in `feeds/`, the test indicator, and the resolvers to allow. */
export async function starterContent(): Promise<StarterContent> {
  return {
    feed: await readFeed(FEED),
    testIndicator: parseTable(Buffer.from(TEST_INDICATOR)),
    allow: parseTable(Buffer.from(PUBLIC_RESOLVERS.join('\n'))),
  };
}

/**
 * Gives a new portal its policy `basic`, published. Its feed is the one that came with the program: it is fetched from
 * its publisher only when a person wants that.
 */
export function makeStarterPolicy(store: Store, clock: Clock, content: StarterContent): void {
  const change = { store, clock, actor: PORTAL_ACTOR };
  store.transaction(() => {
    addCatalogueFeed(change, STARTER_FEED);
    editFeed(change, STARTER_FEED, { intervalS: 0 });
    const { feed, testIndicator, allow } = content;
    store.sources.setPrefixes(STARTER_FEED, formatTable(feed), sizeOf(feed), clock.now());
    saveUserTable(change, TEST_INDICATOR_LIST, testIndicator, 'bad.threatstop.com, to try it');
    saveUserTable(change, PUBLIC_RESOLVERS_LIST, allow, 'well-known public resolvers');
    addPolicy(change, STARTER_POLICY, {
      note: 'made at the first start',
      block: [STARTER_FEED, TEST_INDICATOR_LIST],
      allow: [PUBLIC_RESOLVERS_LIST],
      blockList: STARTER_BLOCK_LIST,
      allowList: STARTER_ALLOW_LIST,
    });
    publishPolicy(change, STARTER_POLICY);
  });
}
