/** The filter of the hits page: from the query to what the agent is asked, and back into the form. */
import { parsePort } from '../core/port.ts';
import { FormatError } from '../core/errors.ts';
import type { HitCursor, HitFilter } from '../core/ports.ts';
import { parsePrefix } from '../core/prefix-text.ts';
import { texts } from './texts.ts';

/** The fields as typed. */
export type FilterFields = Readonly<Record<FilterName, string>>;
/** Names of the fields. */
export type FilterName = (typeof FILTER_NAMES)[number];

const FILTER_NAMES = [
  'direction',
  'verdict',
  'interface',
  'address',
  'port',
  'protocol',
  'from',
  'to',
] as const;
const LONGEST = 64;

/** What was asked for. */
export interface AskedFilter {
  readonly fields: FilterFields;
  /** Fields that are filled in, for links. */
  readonly query: Readonly<Record<string, string>>;
  readonly filter: HitFilter;
  /** What is wrong, by field; those do not count. */
  readonly errors: ReadonlyMap<FilterName, string>;
}

type Reader = (text: string) => Partial<HitFilter> | null;

const readers: Readonly<Record<FilterName, Reader>> = {
  direction: (text) => (text === 'in' || text === 'out' ? { direction: text } : null),
  verdict: (text) =>
    text === 'blocked' || text === 'allowed' ? { blocked: text === 'blocked' } : null,
  interface: (text) => ({ interface: text }),
  address: readAddress,
  port: (text) => {
    const port = parsePort(text);
    return port === null ? null : { port };
  },
  protocol: (text) => (/^[a-z0-9-]{1,20}$/i.test(text) ? { protocol: text.toLowerCase() } : null),
  from: (text) => readTime(text, (from) => ({ from })),
  to: (text) => readTime(text, (to) => ({ to })),
};

/** Reads the filter of a query. */
export function readFilter(query: (name: string) => string): AskedFilter {
  const texts = FILTER_NAMES.map((name) => [name, query(name).slice(0, LONGEST)] as const);
  const given = texts.filter(([, text]) => text !== '');
  const errors = new Map<FilterName, string>();
  let filter: HitFilter = {};
  for (const [name, text] of given) {
    const part = readers[name](text);
    if (part === null) errors.set(name, errorOf(name));
    else filter = { ...filter, ...part };
  }
  const fields = Object.fromEntries(texts) as FilterFields;
  return { fields, query: Object.fromEntries(given), filter, errors };
}

/** A place in the hits as a text for a link. */
export function formatCursor({ time, id }: HitCursor): string {
  return `${time}-${id}`;
}

/** Null for what is no place. */
export function readCursor(text: string): HitCursor | null {
  const [, time, id] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return time === undefined || id === undefined ? null : { time: Number(time), id: Number(id) };
}

function errorOf(name: FilterName): string {
  return texts.hitList.errors[name];
}

function readAddress(text: string): Partial<HitFilter> | null {
  try {
    return { address: parsePrefix(text) };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** `2026-11-20T20:16`, as a browser sends it, taken as UTC. */
function readTime(
  text: string,
  take: (time: number) => Partial<HitFilter>,
): Partial<HitFilter> | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/.exec(text);
  const time = match === null ? NaN : Date.parse(`${match[1] ?? ''}T${match[2] ?? '00:00'}Z`);
  return Number.isNaN(time) ? null : take(time);
}
