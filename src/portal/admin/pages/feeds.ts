import { PROBLEM } from '../../tables/problems.ts';
import { formatCount } from '../../../site/format.ts';
import { FEED_FORMATS } from '../../feed/feed-format.ts';
import { catalogue, catalogueEntry } from '../../model/catalogue.ts';
import { addFeed, editFeed, feedNamed, removeFeed, type FeedRequest } from '../../model/feeds.ts';
import type { Store } from '../../store.ts';
import type { Feed } from '../../tables/feeds.ts';
import {
  countCell,
  formPage,
  refusalOf,
  sentence,
  timeCell,
  type Cell,
  type Field,
  type Refusal,
} from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'feeds';

/** All feeds, and the catalogue of well-known ones. */
export function showFeeds({ change, now, notice }: PageRequest): PageAnswer {
  const { store } = change;
  const feeds = store.feeds.all();
  const feedTable = {
    title: 'Feeds',
    columns: ['Feed', 'Entries', 'State', 'Fetched', 'Used by', ''],
    rows: feeds.map((feed) => rowOf(store, feed, now)),
    empty: 'There is no feed yet. Take one of the catalogue, or give its address.',
    actions: [{ label: 'Add a feed', path: '/feeds/add' }],
  };
  const used = new Set(feeds.map(({ url }) => url));
  const catalogueTable = {
    title: 'Catalogue',
    intro:
      'Free of charge under the terms of each publisher. Read the terms before use: the link counts.',
    columns: ['Feed', 'Terms', ''],
    empty: '',
    rows: catalogue().map(({ id, title, publisher, home, licence, licenceUrl, url }): Cell[] => [
      { text: title, href: home, note: publisher },
      { text: licence, href: licenceUrl },
      used.has(url)
        ? { text: 'in use', tone: 'good' }
        : { text: 'Add', href: `/feeds/add?catalogue=${id}` },
    ]),
  };
  const tables = [feedTable, catalogueTable];
  return { kind: 'page', view: 'table', title: 'Feeds', tab, notice, data: { tables } };
}

function rowOf(
  store: Store,
  { name, url, fetched, intervalS, skipped }: Feed,
  now: number,
): object[] {
  return [
    { text: name, href: `/feeds/${name}`, note: url },
    {
      ...countCell(store.sources.get(name)?.entries ?? 0),
      note: skipped === 0 ? '' : `${skipped} lines passed over`,
    },
    stateOf(store, name, fetched, intervalS),
    timeCell(fetched, now),
    { text: store.policies.using(name).join(', ') },
    {
      text: '',
      actions: [
        {
          ...{ id: `ts-fetch-${name}`, path: `/feeds/${name}/fetch`, label: 'Fetch now' },
          ...{ busy: 'Fetching…', style: 'btn-default btn-sm' },
        },
      ],
    },
  ];
}

function stateOf(store: Store, name: string, fetched: number | null, intervalS: number): Cell {
  const problem = store.problems
    .all()
    .find(({ subject, code }) => subject === name && code === PROBLEM.feedFailed);
  if (problem !== undefined)
    return { text: 'failed', tone: 'bad', note: `${problem.message} ${problem.remedy}` };
  if (fetched !== null) return { text: 'good', tone: 'good' };
  return { text: intervalS === 0 ? 'only fetched by hand' : 'will be fetched soon' };
}

/** The form of a new feed, or with `?catalogue=` of one of the catalogue. */
export function showAddFeed({ query }: PageRequest): PageAnswer {
  const entry = catalogueEntry(query('catalogue'));
  if (entry === null) return addForm('', {});
  const { id, title, url, format, intervalS, licence, licenceUrl } = entry;
  return addForm(id, { url, format, intervalS, note: title, licence: `${licence} ${licenceUrl}` });
}

function addForm(name: string, request: FeedRequest, refused?: Refusal): ShownPage {
  return formPage(
    tab,
    {
      title: 'Add a feed',
      fields: [{ name: 'name', label: 'Name', value: name, required: true }, ...fieldsOf(request)],
      ...{ action: '/feeds/add', submit: 'Add feed', cancel: '/feeds' },
    },
    refused,
  );
}

/** Makes a feed; it is fetched soon. */
export function saveNewFeed({ change, form }: PageRequest): PageAnswer {
  const [name, request] = [form('name'), requestOf(form)];
  try {
    addFeed(change, name, request);
    return done(
      '/feeds',
      `The feed ${name} is made. It is fetched within seconds, unless it is fetched by hand.`,
    );
  } catch (thrown) {
    return addForm(name, request, refusalOf(thrown));
  }
}

/** A feed. */
export function showFeed({ change, param, notice }: PageRequest): PageAnswer {
  const { store } = change;
  const feed = feedNamed(store, param('name'));
  const note = store.sources.get(feed.name)?.note ?? '';
  return { ...editForm(store, feed, { ...feed, note }), notice };
}

/** Changes a feed. */
export function saveFeed({ change, param, form }: PageRequest): PageAnswer {
  const feed = feedNamed(change.store, param('name'));
  const request = requestOf(form);
  try {
    editFeed(change, feed.name, request);
    return done('/feeds', `The feed ${feed.name} is saved.`);
  } catch (thrown) {
    return editForm(change.store, feed, request, refusalOf(thrown));
  }
}

function editForm(
  store: Store,
  { name }: Feed,
  request: FeedRequest,
  refused?: Refusal,
): ShownPage {
  const users = store.policies.using(name);
  const page = formPage(
    tab,
    {
      title: name,
      fields: fieldsOf(request),
      ...{ action: `/feeds/${name}`, submit: 'Save', cancel: '/feeds' },
    },
    refused,
  );
  const accept = {
    id: 'ts-accept',
    path: `/feeds/${name}/fetch`,
    label: 'Fetch now and take it whatever its size',
  };
  const remove = { id: 'ts-remove', path: `/feeds/${name}/remove`, label: 'Remove the feed' };
  const actions = [
    { ...accept, busy: 'Fetching…', style: 'btn-default', fields: { accept: 'yes' } },
    ...(users.length === 0 ? [{ ...remove, busy: 'Removing…', style: 'btn-danger' }] : []),
  ];
  return { ...page, view: 'form', data: { ...page.data, actions } };
}

/** Fetches a feed now. */
export async function fetchFeed({
  change,
  operations,
  param,
  form,
}: PageRequest): Promise<PageAnswer> {
  const { name } = feedNamed(change.store, param('name'));
  const accept = form('accept') === 'yes';
  const outcome = await operations(change.actor, 'refreshFeed', { name, accept });
  if (outcome.kind === 'unchanged') return done('/feeds', `The feed ${name} has not changed.`);
  if (outcome.kind === 'updated') {
    return done('/feeds', `The feed ${name} has ${formatCount(outcome.entries)} entries now.`);
  }
  const message = sentence(`the feed ${name} was not taken: ${outcome.reason}`);
  const notice = { tone: 'danger', message, remedy: outcome.remedy, notes: [] } as const;
  return { kind: 'redirect', to: '/feeds', notice };
}

/** Removes a feed that no policy uses. */
export function deleteFeed({ change, param }: PageRequest): PageAnswer {
  removeFeed(change, param('name'));
  return done('/feeds', `The feed ${param('name')} is removed.`);
}

function requestOf(form: PageRequest['form']): FeedRequest {
  return {
    url: form('url'),
    format: form('format'),
    intervalS: numberOf(form('hours')) * 3_600,
    shrink: numberOf(form('shrink')),
    growth: numberOf(form('growth')),
    internal: form('internal') === 'yes',
    licence: form('licence'),
    note: form('note'),
  };
}

/** What is no number becomes NaN, which the model refuses. */
function numberOf(text: string): number {
  return /^\d{1,6}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
}

function fieldsOf(request: FeedRequest): readonly Field[] {
  const { url = '', format = 'plain', intervalS = 86_400, shrink = 50, growth = 300 } = request;
  const number = (value: number): string => (Number.isNaN(value) ? '' : String(value));
  return [
    { name: 'url', label: 'Address (https)', value: url, required: true },
    {
      ...{ name: 'format', label: 'Format', value: format, required: true },
      help: FEED_FORMATS.map(([name, about]) => `${name}: ${about}`).join('. '),
    },
    {
      name: 'hours',
      label: 'Fetch every … hours',
      value: number(intervalS / 3_600),
      help: '0: only when somebody asks for it.',
    },
    {
      name: 'shrink',
      label: 'Least share of the entries before, %',
      value: number(shrink),
      help: 'A feed that shrinks to less is not taken; the last good one stays.',
    },
    { name: 'growth', label: 'Largest share of the entries before, %', value: number(growth) },
    {
      name: 'internal',
      label: 'It is in the own network',
      type: 'check',
      value: request.internal === true ? 'yes' : '',
      help: 'Private addresses and plain http are allowed then.',
    },
    { name: 'licence', label: 'Terms of use', value: request.licence ?? '' },
    { name: 'note', label: 'Note', value: request.note ?? '' },
  ];
}
