import { PROBLEM } from '../tables/problems.ts';
import { SettingsError, printable } from '../../core/errors.ts';
import { checkFeedFormat } from '../feed/feed-format.ts';
import type { Feed, FeedFields } from '../tables/feeds.ts';
import type { Store } from '../store.ts';
import {
  ConflictError,
  NotFoundError,
  audited,
  checkNameOf,
  checkNote,
  differenceOf,
  type Change,
} from './change.ts';
import { catalogueEntry } from './catalogue.ts';
import { checkUnused } from './user-lists.ts';

/** What may be given for a feed; the URL must be for a new one, the rest has defaults. */
export type FeedRequest = Partial<FeedFields> & { readonly note?: string };

const DAY_S = 86_400;
const MIN_INTERVAL_S = 300;
const MAX_INTERVAL_S = 30 * DAY_S;
const MAX_LICENCE = 500;

const BLANK: FeedFields = {
  url: '',
  format: 'plain',
  intervalS: DAY_S,
  licence: '',
  internal: false,
  shrink: 50,
  growth: 300,
};

const NEVER_FETCHED = {
  etag: '',
  lastModified: '',
  tried: null,
  fetched: null,
  failures: 0,
  skipped: 0,
} as const;

/**
 * Makes a feed; the server fetches it soon, unless its interval is 0.
 * @throws ConflictError for a name that is taken; SettingsError
 */
export function addFeed(change: Change, name: string, request: FeedRequest): Feed {
  const { store, clock } = change;
  return audited(change, () => {
    checkNameOf('feed', name);
    if (store.sources.get(name) !== null) throw new ConflictError(`there is a source ${name}`);
    const fields = checkFeed({ ...BLANK, ...withoutNote(request) });
    store.sources.save(name, 'feed', checkNote(request.note ?? ''));
    const due = fields.intervalS === 0 ? null : clock.now();
    const result: Feed = { name, ...fields, ...NEVER_FETCHED, due };
    store.feeds.save(result);
    const details = differenceOf(BLANK, fields);
    return { result, action: 'feed add', target: name, details };
  });
}

/**
 * Makes a feed as the catalogue has it.
 * @param name default: its name in the catalogue
 * @throws NotFoundError; ConflictError for a name that is taken
 */
export function addCatalogueFeed(change: Change, id: string, name: string = id): Feed {
  const entry = catalogueEntry(id);
  if (entry === null) throw new NotFoundError('feed in the catalogue', id);
  const { title, url, format, intervalS, licence } = entry;
  return addFeed(change, name, { url, format, intervalS, licence, note: title });
}

/**
 * Changes some fields of a feed. Its entries stay until it is fetched again, from another URL at once.
 * @throws NotFoundError; SettingsError
 */
export function editFeed(change: Change, name: string, request: FeedRequest): Feed {
  const { store, clock } = change;
  return audited(change, () => {
    const before = feedNamed(store, name);
    const fields = checkFeed({ ...before, ...withoutNote(request) });
    const moved = fields.url !== before.url || fields.format !== before.format;
    const due = dueAfterEdit(before, fields, moved, clock.now());
    const forget = moved ? { etag: '', lastModified: '' } : {};
    const result: Feed = { ...before, ...fields, ...forget, due };
    store.feeds.save(result);
    if (request.note !== undefined) store.sources.save(name, 'feed', checkNote(request.note));
    const details = differenceOf<FeedFields>(before, fields);
    return { result, action: 'feed edit', target: name, details };
  });
}

/** Removes a feed. @throws NotFoundError; ConflictError naming the policies that use it */
export function removeFeed(change: Change, name: string): void {
  const { store } = change;
  audited(change, () => {
    feedNamed(store, name);
    checkUnused(store, name);
    store.sources.remove(name);
    store.problems.close(PROBLEM.feedFailed, name);
    return { result: undefined, action: 'feed remove', target: name };
  });
}

/** The feed. @throws NotFoundError */
export function feedNamed(store: Store, name: string): Feed {
  const feed = store.feeds.get(name);
  if (feed === null) throw new NotFoundError('feed', name);
  return feed;
}

function dueAfterEdit(before: Feed, after: FeedFields, moved: boolean, now: number): number | null {
  if (after.intervalS === 0) return null;
  if (moved || before.tried === null) return now;
  return before.tried + after.intervalS * 1_000;
}

function withoutNote(request: FeedRequest): Partial<FeedFields> {
  return Object.fromEntries(Object.entries(request).filter(([name]) => name !== 'note'));
}

function checkFeed(fields: FeedFields): FeedFields {
  const { intervalS, shrink, growth, licence, internal } = fields;
  if (intervalS !== 0) checkNumber('interval', intervalS, MIN_INTERVAL_S, MAX_INTERVAL_S, 's');
  checkNumber('shrink', shrink, 0, 100, '%');
  checkNumber('growth', growth, 100, 100_000, '%');
  if (licence.length > MAX_LICENCE) throw new SettingsError('the licence note is too long');
  const url = checkUrl(fields.url, internal);
  const format = checkFeedFormat(fields.format);
  return { url, format, intervalS, licence: checkNote(licence), internal, shrink, growth };
}

function checkNumber(what: string, value: number, min: number, max: number, unit: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new SettingsError(`the ${what} ${value} of a feed is not usable`, {
    remedy: `Use a whole number from ${min} to ${max} (${unit}).`,
  });
}

function checkUrl(text: string, internal: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const schemes = internal ? ['https:', 'http:'] : ['https:'];
  const isGood = url !== null && schemes.includes(url.protocol);
  if (isGood && `${url.username}${url.password}` === '') return url.href;
  throw new SettingsError(`the URL "${printable(text.slice(0, 200))}" of a feed is not usable`, {
    remedy: 'Use an https URL without a password; http only for a feed of the own network.',
  });
}
