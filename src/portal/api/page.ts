import { FormatError } from '../../core/errors.ts';
import type { ApiRequest } from './route.ts';
import { object, type Schema } from './schema.ts';

const USUAL = 100;
const MOST = 1_000;

/** The query of a route that answers page by page. */
export const PAGE_QUERY = {
  limit: `most items of a page, up to ${MOST}; default ${USUAL}`,
  after: '"next" of the page before',
} as const;

/** A page of items. */
export interface Page<T> {
  readonly items: readonly T[];
  /** For `after`; null: that was the last page. */
  readonly next: string | null;
}

/** The schema of a page. */
export function pageOf(item: Schema): Schema {
  return object({
    items: { type: 'array', items: item },
    next: { type: ['string', 'null'] },
  });
}

/** How many items are asked for. @throws FormatError */
export function limitOf({ query }: Pick<ApiRequest, 'query'>): number {
  const text = query('limit') ?? String(USUAL);
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= MOST) return Number(text);
  throw new FormatError(`limit is a number from 1 to ${MOST}`);
}

/** The page of all items that is asked for. @param idOf unique among them */
export function pageFrom<T>(
  request: Pick<ApiRequest, 'query'>,
  all: readonly T[],
  idOf: (item: T) => string,
): Page<T> {
  const [limit, after] = [limitOf(request), request.query('after')];
  const start = after === null ? 0 : all.findIndex((item) => idOf(item) === after) + 1;
  if (after !== null && start === 0) throw new FormatError('after names no item');
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const more = start + limit < all.length && last !== undefined;
  return { items, next: more ? idOf(last) : null };
}
