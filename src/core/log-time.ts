/**
 * The time of a log line. BSD syslog writes local time without year and zone (`Nov 20 03:04:05`, RFC 3164
 * 4.1.2), RFC 5424 writes both.
 */

/** Minutes the local time is ahead of UTC at a moment (ms since 1970). */
export type ZoneOffset = (time: number) => number;

/** Reads the stamps of one log in their order. Null: not a stamp. */
export type StampReader = (stamp: string) => number | null;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A line can be this far in the future of our clock, as clocks are set. */
const AHEAD_MS = 5 * MINUTE_MS;
/** There is a 29 February in at least one of so many years. */
const YEARS_BACK = 8;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const BSD = /^([A-Z][a-z]{2}) ([ 0-3]?\d) (\d\d):(\d\d):(\d\d)$/;
const ISO = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(?:\.\d{1,9})?(?:Z|[+-][0-2]\d:[0-5]\d)$/;

/**
 * Makes a reader for lines that were written before `now` and come in the order they were written.
 *
 * Without a year, a stamp is of the newest year that does not put it more than a day into the future.
 * In the hour that a change to winter time repeats, a stamp is of the second pass, unless that is in the future
 * or the line before was not later than the first pass. A stamp in the hour that summer time skips is read
 * with the offset before the change.
 */
export function createStampReader(now: number, offsetAt: ZoneOffset): StampReader {
  let previous: number | null = null;
  let lastStamp = '';
  return (stamp) => {
    if (stamp !== lastStamp) {
      const time = ISO.test(stamp) ? isoTime(stamp) : bsdTime(stamp, now, offsetAt, previous);
      if (time === null) return null;
      lastStamp = stamp;
      previous = time;
    }
    return previous;
  };
}

function isoTime(stamp: string): number | null {
  const time = Date.parse(stamp);
  return Number.isNaN(time) ? null : time;
}

function bsdTime(
  stamp: string,
  now: number,
  offsetAt: ZoneOffset,
  previous: number | null,
): number | null {
  const [, name = '', ...numbers] = BSD.exec(stamp) ?? [];
  const month = MONTHS.indexOf(name);
  const newest = new Date(now + DAY_MS + offsetAt(now) * MINUTE_MS).getUTCFullYear();
  for (let year = newest; year >= newest - YEARS_BACK; year -= 1) {
    const local = localTime(year, month, numbers.map(Number));
    const moments = local === null ? null : momentsOf(local, offsetAt);
    if (moments !== null && moments.early <= now + DAY_MS) return choose(moments, now, previous);
  }
  return null;
}

/** The local time as if it were UTC; null when there is no such day in that year. */
function localTime(year: number, month: number, numbers: readonly number[]): number | null {
  const [day = 0, hour = 0, minute = 0, second = 0] = numbers;
  const local = new Date(Date.UTC(year, month, day, hour, minute, second));
  return local.getUTCMonth() === month ? local.getTime() : null;
}

interface Moments {
  readonly early: number;
  readonly late: number;
}

/** The one or two moments that have this local time. */
function momentsOf(local: number, offsetAt: ZoneOffset): Moments {
  const before = offsetAt(local - DAY_MS);
  const after = offsetAt(local + DAY_MS);
  const early = local - before * MINUTE_MS;
  const late = local - after * MINUTE_MS;
  const earlyIsReal = offsetAt(early) === before;
  if (earlyIsReal && offsetAt(late) === after && late > early) return { early, late };
  const one = earlyIsReal || offsetAt(late) !== after ? early : late;
  return { early: one, late: one };
}

function choose({ early, late }: Moments, now: number, previous: number | null): number {
  if (late > now + AHEAD_MS) return early;
  return previous !== null && previous <= early ? early : late;
}
