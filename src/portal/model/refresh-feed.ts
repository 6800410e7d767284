import { PROBLEM } from '../tables/problems.ts';
import { AgentError, FormatError, SettingsError, messageOf } from '../../core/errors.ts';
import { countDifference } from '../../core/prefix-algebra.ts';
import { sizeOf } from '../../core/prefix-list.ts';
import { formatTable, parseTable } from '../../core/prefix-text.ts';
import { parseFeedFormat } from '../feed/feed-format.ts';
import type { FeedAnswer, FetchFeed } from '../feed/fetch-feed.ts';
import { parseFeedText, type ParsedFeed } from '../feed/parse-feed.ts';
import type { Feed } from '../tables/feeds.ts';
import { audited, type Change } from './change.ts';
import { feedNamed } from './feeds.ts';

/** How fetching a feed ended. */
export type FeedOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'updated'; readonly entries: number; readonly skipped: number }
  /** What was fetched last and was good stays. */
  | { readonly kind: 'failed'; readonly reason: string; readonly remedy: string };

/** How a feed is fetched. */
export interface RefreshOptions {
  readonly fetch: FetchFeed;
  /** Takes a content that is much smaller or larger than the one before: a person has looked at it. */
  readonly accept?: boolean;
}

const FIRST_RETRY_MS = 300_000;
/** Below this many entries a feed may shrink and grow as it likes. */
const SMALL = 20;

/**
 * Fetches a feed. Content that is no feed, or looks wrong, is not taken: the entries stay, and the feed has a problem
 * until it is good again.
 * @throws NotFoundError; any other failure is an outcome
 */
export async function refreshFeed(
  change: Change,
  name: string,
  options: RefreshOptions,
): Promise<FeedOutcome> {
  const feed = feedNamed(change.store, name);
  try {
    const answer = await options.fetch(feed);
    if (answer.kind === 'unchanged') {
      succeed(change, feed, {});
      return { kind: 'unchanged' };
    }
    return take(change, feed, { ...answer, accept: options.accept ?? false });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return fail(change, feed, error);
  }
}

type Content = Extract<FeedAnswer, { kind: 'content' }> & { readonly accept: boolean };

function take(change: Change, feed: Feed, content: Content): FeedOutcome {
  if (content.mediaType === 'text/html') throw new FormatError('it is a web page, not a feed');
  const parsed = parseFeedText(content.bytes, parseFeedFormat(feed.format));
  const entries = sizeOf(parsed.table);
  if (!content.accept) checkSize(change, feed, entries);
  const { etag, lastModified } = content;
  const changed = keep(change, feed, parsed, { etag, lastModified });
  if (!changed) return { kind: 'unchanged' };
  return { kind: 'updated', entries, skipped: parsed.skipped };
}

/** @throws SettingsError when the content is much smaller or larger than the one before */
function checkSize({ store }: Change, { name, shrink, growth }: Feed, entries: number): void {
  const before = store.sources.get(name)?.entries ?? 0;
  if (before < SMALL) return;
  const share = Math.round((entries / before) * 100);
  if (share >= shrink && share <= growth) return;
  throw new SettingsError(`it has ${entries} entries, ${share} % of the ${before} before`, {
    remedy: `If that is right: ts-portal feed refresh ${name} --accept.`,
  });
}

function keep(
  change: Change,
  feed: Feed,
  { table, skipped }: ParsedFeed,
  validators: Pick<Feed, 'etag' | 'lastModified'>,
): boolean {
  const { store, clock } = change;
  const bytes = formatTable(table);
  return store.transaction(() => {
    const before = store.sources.prefixes(feed.name);
    succeed(change, feed, { ...validators, skipped });
    if (!store.sources.setPrefixes(feed.name, bytes, sizeOf(table), clock.now())) return false;
    const { added, removed } = countDifference(parseTable(before), table);
    const details = `${added} entries added, ${removed} removed`;
    audited(change, () => ({
      result: undefined,
      action: 'feed update',
      target: feed.name,
      details,
    }));
    return true;
  });
}

function succeed({ store, clock }: Change, { name }: Feed, state: Partial<Feed>): void {
  const now = clock.now();
  store.transaction(() => {
    const feed = store.feeds.get(name);
    if (feed === null) return;
    const due = feed.intervalS === 0 ? null : now + feed.intervalS * 1_000;
    store.feeds.save({ ...feed, ...state, tried: now, fetched: now, failures: 0, due });
    store.problems.close(PROBLEM.feedFailed, name);
  });
}

function fail({ store, clock }: Change, { name }: Feed, error: AgentError): FeedOutcome {
  const now = clock.now();
  const reason = messageOf(error);
  store.transaction(() => {
    const feed = store.feeds.get(name);
    if (feed === null) return;
    const failures = feed.failures + 1;
    const retryMs = Math.min(
      feed.intervalS * 1_000,
      FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10),
    );
    const due = feed.intervalS === 0 ? null : now + retryMs;
    store.feeds.save({ ...feed, tried: now, failures, due });
    const since =
      feed.fetched === null ? 'It has no entries yet' : 'The entries of the last good one stay';
    store.problems.open({
      code: PROBLEM.feedFailed,
      subject: name,
      severity: feed.fetched === null ? 'error' : 'warning',
      message: `The feed ${name} was not taken: ${reason}. ${since}.`,
      remedy: error.remedy,
      since: now,
    });
  });
  return { kind: 'failed', reason, remedy: error.remedy };
}
