import { cursorOf, cursorText } from '../reports/cursor.ts';
import { filterOf } from '../reports/question.ts';
import { PAGE_QUERY, limitOf, pageOf } from './page.ts';
import type { ApiRoute } from './route.ts';
import { NUMBER, TEXT, object } from './schema.ts';

const port = { type: ['number', 'null'] };
const hit = object({
  ...{
    device: TEXT,
    batch: TEXT,
    line: NUMBER,
    time: NUMBER,
    direction: TEXT,
    action: TEXT,
  },
  ...{
    protocol: TEXT,
    interface: TEXT,
    remote: TEXT,
    inside: TEXT,
    port,
    sourcePort: port,
  },
});
const QUERY = {
  device: 'id or nickname',
  policy: 'devices that have this policy',
  address: 'address or prefix, outside or inside',
  direction: 'in or out',
  port: 'destination port',
  from: 'day or time (UTC), e.g. 2026-11-20 or 2026-11-20T12:00Z',
  to: 'day or time (UTC)',
  days: 'the last so many days; default 7',
} as const;

/** `/v1/hits`. */
export const HIT_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/hits', scope: 'hits:read', status: 200 },
    ...{
      summary: 'Hits, newest first',
      query: { ...QUERY, ...PAGE_QUERY },
      answer: pageOf(hit),
    },
    run: async (request) => {
      const { store, hits, clock, query } = request;
      const given = Object.keys(QUERY).map((name) => [name, query(name) ?? '']);
      const question = Object.fromEntries(given.filter(([, value]) => value !== '')) as object;
      const limit = limitOf(request);
      const filter = filterOf(store, question, clock.now());
      const items = await hits.find(filter, cursorOf(query('after')), limit);
      const last = items.at(-1);
      return {
        items,
        next: items.length < limit || last === undefined ? null : cursorText(last),
      };
    },
  },
];
