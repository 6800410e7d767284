import { addressKey } from '../core/address-key.ts';
import type { AddressHits } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';

/** Rows counted for an address, as source and destination each. */
const MOST_COUNTED = 20_000;
/** The newest of them whose rules are named. */
const MOST_NAMED = 1_000;
const NONE: AddressHits = { count: 0, first: null, last: null, trackers: [] };

interface EndRow {
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
}

/** Answers {@link HitStore.ofAddress} from the indexes alone, but for the rules. */
export function createAddressHits(database: Database): (address: string) => AddressHits {
  const ends = ['remote', 'inside'].map((end) => ({
    sums: database.prepare(
      `SELECT (SELECT count(*) FROM (SELECT 1 FROM hits WHERE ${end}_key = ? LIMIT ${MOST_COUNTED})) AS count,
         (SELECT min(time) FROM hits WHERE ${end}_key = ?) AS first,
         (SELECT max(time) FROM hits WHERE ${end}_key = ?) AS last`,
    ),
    trackers: database.prepare(
      `SELECT DISTINCT tracker FROM
         (SELECT tracker FROM hits WHERE ${end}_key = ? ORDER BY time DESC LIMIT ${MOST_NAMED})
       WHERE tracker > 0`,
    ),
  }));
  return (address) => {
    const key = addressKey(address);
    if (key === null) return NONE;
    const rows = ends.map(({ sums }) => sums.get(key, key, key) as EndRow);
    const trackers = ends.flatMap((end) => end.trackers.all(key) as { tracker: number }[]);
    const times = rows.flatMap(({ first, last }) => [first, last]).filter((time) => time !== null);
    return {
      count: rows.reduce((sum, { count }) => sum + count, 0),
      first: times.length === 0 ? null : Math.min(...times),
      last: times.length === 0 ? null : Math.max(...times),
      trackers: [...new Set(trackers.map(({ tracker }) => tracker))].sort((a, b) => a - b),
    };
  };
}
