import { NotFoundError } from '../model/change.ts';
import { addFeed, editFeed, feedNamed, removeFeed, type FeedRequest } from '../model/feeds.ts';
import { removeUserList } from '../model/user-lists.ts';
import type { Store } from '../store.ts';
import type { Source } from '../tables/sources.ts';
import { PAGE_QUERY, pageFrom, pageOf } from './page.ts';
import type { ApiRoute } from './route.ts';
import { FLAG, NUMBER, TEXT, TIME, object, type Schema } from './schema.ts';

const source = object({
  ...{
    name: TEXT,
    kind: TEXT,
    note: TEXT,
    entries: NUMBER,
    changed: NUMBER,
    updated: NUMBER,
  },
});
const withText = object({ ...source.properties, text: TEXT });
const fields: Readonly<Record<string, Schema>> = {
  ...{ url: TEXT, format: TEXT, intervalS: NUMBER, licence: TEXT },
  ...{ internal: FLAG, shrink: NUMBER, growth: NUMBER },
};
const feed = object({
  ...{
    name: TEXT,
    ...fields,
    etag: TEXT,
    lastModified: TEXT,
    tried: TIME,
    fetched: TIME,
  },
  ...{ due: TIME, failures: NUMBER, skipped: NUMBER },
});
const outcome = object(
  { kind: TEXT, entries: NUMBER, skipped: NUMBER, reason: TEXT, remedy: TEXT },
  ['kind'],
);

/** `/v1/lists` and `/v1/feeds`. */
export const SOURCE_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/lists', scope: 'lists:read', status: 200 },
    ...{
      summary: 'Lists, without their entries',
      query: PAGE_QUERY,
      answer: pageOf(source),
    },
    run: (asked) => {
      const lists = asked.store.sources.all().filter(({ kind }) => kind === 'list');
      return pageFrom(asked, lists, ({ name }) => name);
    },
  },
  {
    ...{
      method: 'get',
      path: '/lists/{name}',
      scope: 'lists:read',
      status: 200,
    },
    ...{ summary: 'A list; text: one entry a line', answer: withText },
    run: ({ store, param }) => {
      const list = listNamed(store, param('name'));
      return {
        ...list,
        text: Buffer.from(store.sources.prefixes(list.name)).toString('latin1'),
      };
    },
  },
  {
    ...{
      method: 'put',
      path: '/lists/{name}',
      scope: 'lists:write',
      status: 200,
    },
    summary:
      'Makes a list, or replaces its entries or note. With a bad line it is refused as a whole',
    ...{ body: object({ text: TEXT, note: TEXT }, []), answer: source },
    run: ({ change, operations, param, body }) => {
      const request = body as {
        readonly text?: string;
        readonly note?: string;
      };
      return operations(change.actor, 'saveList', {
        ...request,
        name: param('name'),
        fresh: false,
      });
    },
  },
  {
    ...{
      method: 'delete',
      path: '/lists/{name}',
      scope: 'lists:write',
      status: 204,
    },
    summary: 'Removes a list that no policy uses',
    run: ({ change, param }) => removeUserList(change, param('name')),
  },
  {
    ...{ method: 'get', path: '/feeds', scope: 'feeds:read', status: 200 },
    ...{ summary: 'Feeds, by name', query: PAGE_QUERY, answer: pageOf(feed) },
    run: (asked) => pageFrom(asked, asked.store.feeds.all(), ({ name }) => name),
  },
  {
    ...{ method: 'post', path: '/feeds', scope: 'feeds:write', status: 201 },
    ...{ summary: 'Makes a feed', answer: feed },
    body: object({ name: TEXT, note: TEXT, ...fields }, ['name', 'url']),
    run: ({ change, body }) => {
      const { name, ...request } = body as FeedRequest & {
        readonly name: string;
      };
      return addFeed(change, name, request);
    },
  },
  {
    ...{
      method: 'get',
      path: '/feeds/{name}',
      scope: 'feeds:read',
      status: 200,
    },
    ...{ summary: 'A feed', answer: feed },
    run: ({ store, param }) => feedNamed(store, param('name')),
  },
  {
    ...{
      method: 'patch',
      path: '/feeds/{name}',
      scope: 'feeds:write',
      status: 200,
    },
    ...{
      summary: 'Changes some fields',
      body: object({ note: TEXT, ...fields }, []),
      answer: feed,
    },
    run: ({ change, param, body }) => editFeed(change, param('name'), body as FeedRequest),
  },
  {
    ...{
      method: 'post',
      path: '/feeds/{name}/fetch',
      scope: 'feeds:write',
      status: 200,
    },
    ...{
      summary: 'Fetches a feed now; kind: updated, unchanged or failed',
      answer: outcome,
    },
    run: ({ change, store, operations, param }) => {
      const { name } = feedNamed(store, param('name'));
      return operations(change.actor, 'refreshFeed', { name, accept: false });
    },
  },
  {
    ...{
      method: 'delete',
      path: '/feeds/{name}',
      scope: 'feeds:write',
      status: 204,
    },
    summary: 'Removes a feed that no policy uses',
    run: ({ change, param }) => removeFeed(change, param('name')),
  },
];

function listNamed(store: Store, name: string): Source {
  const found = store.sources.get(name);
  if (found?.kind !== 'list') throw new NotFoundError('list', name);
  return found;
}
