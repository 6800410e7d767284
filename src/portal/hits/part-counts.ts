/** What a part of a batch adds to the counts. */
import { isBlocking } from '../../core/hit-ends.ts';
import type { HitPart, PortalHit, ReportKind } from './hit-store.ts';
import type { SqlValue } from './sql-session.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Rows of the tables of counts, each with its count last. */
export interface PartCounts {
  /** Device, hour, direction, 1 for blocked. */
  readonly hours: readonly (readonly SqlValue[])[];
  /** Device, day, kind, name: blocked hits. `inside` counts hosts that tried to reach out. */
  readonly names: readonly (readonly SqlValue[])[];
}

/** Counts a part. */
export function countPart({ device, hits }: HitPart): PartCounts {
  const hours = new Counts();
  const names = new Counts();
  for (const hit of hits) {
    const blocked = isBlocking(hit.action);
    const hour = Math.floor(hit.time / HOUR_MS) * HOUR_MS;
    hours.add([device, hour, hit.direction, blocked ? 1 : 0]);
    if (!blocked) continue;
    const day = Math.floor(hit.time / DAY_MS) * DAY_MS;
    for (const [kind, name] of namesOf(hit)) names.add([device, day, kind, name]);
  }
  return { hours: hours.rows(), names: names.rows() };
}

function namesOf(hit: PortalHit): readonly (readonly [Exclude<ReportKind, 'device'>, string])[] {
  const port = hit.port === null ? hit.protocol : `${hit.port}/${hit.protocol}`;
  return [
    ['remote', hit.remote],
    ['port', port],
    ...(hit.direction === 'out' ? [['inside', hit.inside] as const] : []),
  ];
}

/** Sorted by key, so that two that are added at once take their locks in the same order. */
class Counts {
  readonly #rows = new Map<string, { readonly key: readonly SqlValue[]; hits: number }>();

  add(key: readonly SqlValue[]): void {
    const id = key.join('\n');
    const row = this.#rows.get(id);
    if (row === undefined) this.#rows.set(id, { key, hits: 1 });
    else row.hits += 1;
  }

  rows(): readonly (readonly SqlValue[])[] {
    return [...this.#rows.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { key, hits }]) => [...key, hits]);
  }
}
