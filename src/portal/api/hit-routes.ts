import { cursorOf, cursorText } from '../reports/cursor.ts';
import { hitsCsv } from '../reports/csv.ts';
import { PAGE_QUERY, limitOf, pageOf } from './page.ts';
import { QUESTION_QUERY, askedFilter } from './question.ts';
import type { ApiRoute } from './route.ts';
import { NUMBER, TEXT, object } from './schema.ts';

const port = { type: ['number', 'null'] };
const hit = object({
  ...{ device: TEXT, batch: TEXT, line: NUMBER, time: NUMBER, direction: TEXT, action: TEXT },
  ...{ protocol: TEXT, interface: TEXT, remote: TEXT, inside: TEXT, port, sourcePort: port },
});

/** `/v1/hits`. */
export const HIT_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/hits', scope: 'hits:read', status: 200 },
    ...{ summary: 'Hits, newest first', query: { ...QUESTION_QUERY, ...PAGE_QUERY } },
    answer: pageOf(hit),
    run: async (request) => {
      const { hits, query } = request;
      const limit = limitOf(request);
      const items = await hits.find(askedFilter(request), cursorOf(query('after')), limit);
      const last = items.at(-1);
      return { items, next: items.length < limit || last === undefined ? null : cursorText(last) };
    },
    csv: (request) => hitsCsv(request, askedFilter(request)),
  },
];
