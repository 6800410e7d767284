/**
 * Blocked hits by name, in sliding windows of 24 hours and 7 days. Each hit is counted in a bucket of its hour and one
 * of its day (`hit_names`), and in the sum of all buckets that are kept (`hit_tops`), which the index of the sums answers
 * at once. A bucket that leaves its window is taken off the sums. So always: sum = all kept buckets, whatever the clock does.
 */
import { addressKey } from '../core/address-key.ts';
import { endsOf, isBlocking } from '../core/hit-ends.ts';
import type { Hit, TopKind, TopName, TopSpan } from '../core/ports.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';
import type { Database } from '../system/sqlite.ts';

/** Methods but `top` run inside a transaction of the caller. */
export interface HitNames {
  add(hits: readonly Hit[]): void;
  /** Takes off what left the windows, a bounded part of it at a time. */
  prune(now: number): void;
  /** Most hits first. The empty name: all beyond those counted apart. */
  top(kind: TopKind, span: TopSpan, limit: number): readonly TopName[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SPANS: Readonly<Record<TopSpan, { readonly bucketMs: number; readonly keptMs: number }>> = {
  day: { bucketMs: HOUR_MS, keptMs: DAY_MS },
  week: { bucketMs: DAY_MS, keptMs: 7 * DAY_MS },
};
const SPAN_NAMES: readonly TopSpan[] = ['day', 'week'];
const KINDS: readonly TopKind[] = ['address', 'port', 'inside'];
/** Names of a kind counted apart in a window; a flood of forged addresses must not fill the disk. */
const MOST_NAMES = 50_000;
const OTHERS = '';
/** Rows taken off in one call. */
const PRUNED_ROWS = 6_000;

interface NameRow {
  readonly start: number;
  readonly kind: TopKind;
  readonly name: string;
  readonly hits: number;
}

/** The names in the database. @param mostNames of a kind, counted apart in a window, about */
export function createHitNames(database: Database, mostNames = MOST_NAMES): HitNames {
  const statements = prepare(database);
  // At least so many names are free: what others add meanwhile only makes the limit a little softer.
  const free = new Map<string, number>();
  const bounded = (span: TopSpan, rows: readonly NameRow[]): readonly NameRow[] =>
    KINDS.flatMap((kind) => {
      const ofKind = rows.filter((row) => row.kind === kind);
      const key = `${span} ${kind}`;
      if ((free.get(key) ?? 0) < ofKind.length) {
        free.set(key, mostNames - countNames(statements, span, kind));
      }
      const left = (free.get(key) ?? 0) - ofKind.length;
      free.set(key, left);
      return left >= 0 ? ofKind : ofKind.map((row) => knownOrOther(statements, span, row));
    });
  return {
    add(hits) {
      const named = hits.filter(({ action }) => isBlocking(action)).flatMap(namesOf);
      if (named.length === 0) return;
      for (const span of SPAN_NAMES) {
        const rows = JSON.stringify(bounded(span, sumUp(named, SPANS[span].bucketMs)));
        statements.addToTops.run(span, rows);
        statements.addToBuckets.run(span, rows);
      }
    },
    prune(now) {
      for (const span of SPAN_NAMES) pruneSpan(statements, span, now);
    },
    top: (kind, span, limit) => statements.top.all(span, kind, limit) as TopName[],
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: Database) {
  const column = (name: string): string => `json_extract(value, '$.${name}')`;
  const [kind, name, hits] = ['kind', 'name', 'hits'].map(column);
  // Without "WHERE true" the parser takes ON for part of a join.
  const grow = 'FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET hits = hits + excluded.hits';
  return {
    top: database.prepare(
      'SELECT name, hits FROM hit_tops WHERE span = ? AND kind = ? ORDER BY hits DESC, name LIMIT ?',
    ),
    count: database.prepare('SELECT count(*) AS names FROM hit_tops WHERE span = ? AND kind = ?'),
    known: database.prepare('SELECT 1 FROM hit_tops WHERE span = ? AND kind = ? AND name = ?'),
    addToTops: database.prepare(
      `INSERT INTO hit_tops (span, kind, name, hits) SELECT ?, ${kind}, ${name}, ${hits} ${grow}`,
    ),
    addToBuckets: database.prepare(
      `INSERT INTO hit_names (span, start, kind, name, hits)
       SELECT ?, ${column('start')}, ${kind}, ${name}, ${hits} ${grow}`,
    ),
    oldest: database.prepare(
      `SELECT start, kind, name, hits FROM hit_names WHERE span = ? AND start < ?
       ORDER BY start, kind, name LIMIT ?`,
    ),
    shrink: database.prepare(
      'UPDATE hit_tops SET hits = hits - ? WHERE span = ? AND kind = ? AND name = ?',
    ),
    removeEmpty: database.prepare('DELETE FROM hit_tops WHERE span = ? AND kind = ? AND hits <= 0'),
    removeTo: database.prepare(
      'DELETE FROM hit_names WHERE span = ? AND (start, kind, name) <= (?, ?, ?)',
    ),
  };
}

function countNames(statements: Statements, span: TopSpan, kind: TopKind): number {
  return (statements.count.get(span, kind) as { names: number }).names;
}

function knownOrOther(statements: Statements, span: TopSpan, row: NameRow): NameRow {
  const known = statements.known.get(span, row.kind, row.name) !== undefined;
  return known ? row : { ...row, name: OTHERS };
}

type Named = Pick<NameRow, 'kind' | 'name'> & { readonly time: number };

function namesOf(hit: Hit): readonly Named[] {
  const { time, direction, destinationPort, protocol } = hit;
  const { remote, inside } = endsOf(hit);
  const names: Named[] = [{ time, kind: 'address', name: canonical(remote) }];
  if (destinationPort !== null) {
    names.push({ time, kind: 'port', name: `${destinationPort}/${protocol}` });
  }
  if (direction === 'out') names.push({ time, kind: 'inside', name: canonical(inside) });
  return names;
}

/** IPv4 is logged as it is written; of IPv6 netfilter writes every zero. */
function canonical(address: string): string {
  if (!address.includes(':') || addressKey(address) === null) return address;
  return formatPrefix(parsePrefix(address));
}

function sumUp(named: readonly Named[], bucketMs: number): readonly NameRow[] {
  const sums = new Map<string, NameRow>();
  for (const { time, kind, name } of named) {
    const start = Math.floor(time / bucketMs) * bucketMs;
    const key = `${start} ${kind} ${name}`;
    sums.set(key, { start, kind, name, hits: (sums.get(key)?.hits ?? 0) + 1 });
  }
  return [...sums.values()];
}

function pruneSpan(statements: Statements, span: TopSpan, now: number): void {
  const { bucketMs, keptMs } = SPANS[span];
  const windowStart = Math.floor((now - keptMs) / bucketMs) * bucketMs + bucketMs;
  const rows = statements.oldest.all(span, windowStart, PRUNED_ROWS) as NameRow[];
  const last = rows.at(-1);
  if (last === undefined) return;
  for (const { kind, name, hits } of rows) statements.shrink.run(hits, span, kind, name);
  for (const kind of KINDS) statements.removeEmpty.run(span, kind);
  statements.removeTo.run(span, last.start, last.kind, last.name);
}
