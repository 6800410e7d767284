import { countWords } from '../../core/format-count.ts';
import { PortalError } from '../../core/errors.ts';
import { FEED_FORMATS } from '../feed/feed-format.ts';
import { feedProxy } from '../feed/feed-proxy.ts';
import { createFeedFetcher } from '../feed/fetch-feed.ts';
import { refreshFeed } from '../model/refresh-feed.ts';
import { catalogue } from '../model/catalogue.ts';
import {
  addCatalogueFeed,
  addFeed,
  editFeed,
  removeFeed,
  type FeedRequest,
} from '../model/feeds.ts';
import {
  FLAG,
  TEXT,
  numberOf,
  textOf,
  usageError,
  withChange,
  yesNoOf,
  type OptionValues,
  type PortalCommand,
} from './command.ts';
import { JSON_OPTION, printResult, timeText } from './output.ts';
import { listCommand, removeCommand } from './record-commands.ts';
import { publishAndTell } from './published.ts';

const FIELDS = {
  url: TEXT,
  format: TEXT,
  every: TEXT,
  licence: TEXT,
  note: TEXT,
  internal: TEXT,
  shrink: TEXT,
  growth: TEXT,
} as const;
const USAGE =
  '[--format FORMAT] [--every 1h|1d|never] [--shrink PERCENT] [--growth PERCENT] [--internal yes|no] [--licence TEXT] [--note TEXT]';

const add: PortalCommand = {
  words: ['feed', 'add'],
  operands: ['NAME'],
  options: { ...FIELDS, catalogue: TEXT },
  usage: `--url URL | --catalogue ID ${USAGE}`,
  about: [
    'Makes a feed; the server fetches it soon. A content with less than --shrink (50) or more than --growth',
    '(300) percent of the entries before is not taken. --internal yes: it is in the own network, by http too.',
    ...FEED_FORMATS.map(([name, about]) => `FORMAT ${name}: ${about}.`),
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      const id = textOf(values, 'catalogue');
      if (id === undefined) addFeed(change, name, requestOf(values));
      else
        change.store.transaction(() => {
          addCatalogueFeed(change, id, name);
          editFeed(change, name, requestOf(values));
        });
      context.print(`feed ${name}: added\n`);
    }),
};

const edit: PortalCommand = {
  words: ['feed', 'edit'],
  operands: ['NAME'],
  options: FIELDS,
  usage: `[--url URL] ${USAGE}`,
  about: ['Changes a feed. Its entries stay until it is fetched again.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      editFeed(change, name, requestOf(values));
      context.print(`feed ${name}: changed\n`);
    }),
};

const remove = removeCommand({
  word: 'feed',
  about: 'Removes a feed that no policy uses.',
  remove: removeFeed,
});

const list = listCommand({
  word: 'feed',
  about: 'Lists the feeds and how fetching them went.',
  all: ({ feeds }) => feeds.all(),
  head: ['NAME', 'ENTRIES', 'FETCHED', 'FAILURES', 'FORMAT', 'URL'],
  rowOf:
    ({ sources }) =>
    ({ name, fetched, failures, format, url }) => [
      ...[name, String(sources.get(name)?.entries ?? 0), timeText(fetched)],
      ...[String(failures), format, url],
    ],
});

const showCatalogue: PortalCommand = {
  words: ['feed', 'catalogue'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: [
    'Lists well-known feeds that are free of charge, with their terms. Read the terms before use.',
  ],
  run: (context, values) => {
    printResult(context, values, catalogue(), (all) =>
      all
        .map(
          ({ id, title, licence, licenceUrl, home }) =>
            `${id}\n  ${title}\n  ${home}\n  ${licence} (${licenceUrl})`,
        )
        .join('\n'),
    );
  },
};

const refresh: PortalCommand = {
  words: ['feed', 'refresh'],
  operands: ['NAME'],
  options: { accept: FLAG },
  usage: '[--accept]',
  about: [
    'Fetches a feed now. --accept takes a content that is much smaller or larger than the one before.',
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, async (change) => {
      const accept = values['accept'] === true;
      const fetch = createFeedFetcher(feedProxy(change.store, context.environment));
      const outcome = await refreshFeed(change, name, { fetch, accept });
      if (outcome.kind === 'failed') {
        throw new PortalError(`feed ${name}: ${outcome.reason}`, { remedy: outcome.remedy });
      }
      const what =
        outcome.kind === 'unchanged'
          ? 'unchanged'
          : countWords(outcome.entries, 'entry', 'entries');
      const skipped = outcome.kind === 'updated' && outcome.skipped > 0;
      const note = skipped ? `, ${outcome.skipped} lines passed over` : '';
      context.print(`feed ${name}: ${what}${note}\n`);
      publishAndTell(context, change);
    }),
};

/** `ts-portal feed …`. */
export const FEED_COMMANDS: readonly PortalCommand[] = [
  add,
  edit,
  remove,
  refresh,
  list,
  showCatalogue,
];

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function requestOf(values: OptionValues): FeedRequest {
  const every = textOf(values, 'every');
  const request: Record<string, unknown> = {
    url: textOf(values, 'url'),
    format: textOf(values, 'format'),
    licence: textOf(values, 'licence'),
    note: textOf(values, 'note'),
    internal: yesNoOf(values, 'internal'),
    shrink: numberOf(values, 'shrink'),
    growth: numberOf(values, 'growth'),
    intervalS: every === undefined ? undefined : secondsOf(every),
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

function secondsOf(text: string): number {
  if (text === 'never') return 0;
  const [, count, unit] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw usageError(`--every ${text}: use a time such as 30m, 6h, 1d, or never`);
  }
  return Number(count) * (UNITS[unit] ?? 1);
}
