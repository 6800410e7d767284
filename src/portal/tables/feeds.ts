import type { Database } from '../../system/sqlite.ts';

/** What an administrator says about a feed. */
export interface FeedFields {
  readonly url: string;
  /** See `feed/feed-format.ts`: `plain`, `cidr`, `dshield`, `spamhaus`, `csv:COLUMN[:SEPARATOR]`. */
  readonly format: string;
  /** Seconds between two fetches; 0: only when a person asks for it. */
  readonly intervalS: number;
  /** Terms of its publisher, in a few words, with a link. */
  readonly licence: string;
  /** It is in the own network: private addresses and plain http are allowed. */
  readonly internal: boolean;
  /** Less than this share of the entries before (%) is taken for a fault. 0: any is good. */
  readonly shrink: number;
  /** More than this share of the entries before (%) is taken for a fault. */
  readonly growth: number;
}

/** How fetching a feed went. */
export interface FeedState {
  /** For the next request; empty: none. */
  readonly etag: string;
  readonly lastModified: string;
  /** When it was tried, and when it went well, last; milliseconds since 1970. */
  readonly tried: number | null;
  readonly fetched: number | null;
  /** When it is to be fetched next; null: when a person asks for it. */
  readonly due: number | null;
  /** Failures since it went well. */
  readonly failures: number;
  /** Lines of the last good content that could not be read. */
  readonly skipped: number;
}

/** A feed, without its entries; those are in the source of the same name. */
export interface Feed extends FeedFields, FeedState {
  readonly name: string;
}

/** The feeds. */
export interface FeedTable {
  get(name: string): Feed | null;
  /** By name. */
  all(): readonly Feed[];
  /** Those to be fetched. @param now milliseconds since 1970 */
  due(now: number): readonly Feed[];
  /** Stores a feed, whose source is there, or replaces it. */
  save(feed: Feed): void;
}

interface Row {
  readonly name: string;
  readonly url: string;
  readonly format: string;
  readonly interval_s: number;
  readonly licence: string;
  readonly internal: number;
  readonly shrink: number;
  readonly growth: number;
  readonly etag: string;
  readonly last_modified: string;
  readonly tried: number | null;
  readonly fetched: number | null;
  readonly due: number | null;
  readonly failures: number;
  readonly skipped: number;
}

/** The table `feeds`. */
export function createFeedTable(database: Database): FeedTable {
  const select = database.prepare('SELECT * FROM feeds WHERE name = ?');
  const selectAll = database.prepare('SELECT * FROM feeds ORDER BY name');
  const selectDue = database.prepare('SELECT * FROM feeds WHERE due <= ? ORDER BY due, name');
  const replace = database.prepare(
    'INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    get: (name) => {
      const row = select.get(name) as Row | undefined;
      return row === undefined ? null : feedOf(row);
    },
    all: () => (selectAll.all() as Row[]).map(feedOf),
    due: (now) => (selectDue.all(now) as Row[]).map(feedOf),
    save: (feed) => void replace.run(...columnsOf(feed)),
  };
}

function columnsOf(feed: Feed): (string | number | null)[] {
  return [
    feed.name,
    feed.url,
    feed.format,
    feed.intervalS,
    feed.licence,
    Number(feed.internal),
    feed.shrink,
    feed.growth,
    feed.etag,
    feed.lastModified,
    feed.tried,
    feed.fetched,
    feed.due,
    feed.failures,
    feed.skipped,
  ];
}

function feedOf(row: Row): Feed {
  return {
    name: row.name,
    url: row.url,
    format: row.format,
    intervalS: row.interval_s,
    licence: row.licence,
    internal: row.internal !== 0,
    shrink: row.shrink,
    growth: row.growth,
    etag: row.etag,
    lastModified: row.last_modified,
    tried: row.tried,
    fetched: row.fetched,
    due: row.due,
    failures: row.failures,
    skipped: row.skipped,
  };
}
