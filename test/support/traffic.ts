/**
 * How much comes when, at the edge of a company: noise from outside that never sleeps, scans that come and go, and machines
 * inside that call out while people work. The same for the same time, so that a seed can be made again. Pure.
 */

/** What comes at a moment. */
export interface Traffic {
  /** Hits in relation to other moments. */
  readonly rate: number;
  /** Share of them that goes out, from 0 to 1. */
  readonly outShare: number;
  /** The scan that runs now, and its share of what comes in; null: none. */
  readonly scan: { readonly port: number; readonly remote: number; readonly share: number } | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** In each of these spans there may be one scan. */
const SCAN_SPAN_MS = 5 * HOUR_MS;
const SCANNED = [23, 22, 445, 3389, 5060, 6379, 8080];

/** What comes at a time; milliseconds since 1970, the days are those of UTC. */
export function trafficAt(time: number): Traffic {
  const noise =
    1 + 0.25 * Math.sin((time / DAY_MS) * 2 * Math.PI) + 0.35 * (ratio(time, 600_000) - 0.5);
  const scan = scanAt(time);
  const scanned = scan === null ? 0 : scan.strength;
  const out = callsAt(time);
  const rate = noise + scanned + out;
  return {
    rate,
    outShare: out / rate,
    scan: scan === null ? null : { ...scan, share: scanned / (noise + scanned) },
  };
}

/**
 * Times of so many hits from `start` to `end`, in order, as dense as the traffic.
 * @returns the time of the n-th of them, from 1 on; to be asked in order
 */
export function hitTimes(count: number, start: number, end: number): (nth: number) => number {
  const step = (end - start) / Math.max(1, Math.ceil((end - start) / (5 * MINUTE_MS)));
  const slots = Array.from(
    { length: Math.round((end - start) / step) },
    (_, at) => start + at * step,
  );
  const rates = slots.map((slot) => trafficAt(slot).rate);
  const perHit = rates.reduce((sum, rate) => sum + rate, 0) / count;
  let [slot, before] = [0, 0];
  return (nth) => {
    const wanted = nth * perHit;
    while (slot < slots.length - 1 && before + (rates[slot] ?? 0) < wanted) {
      before += rates[slot] ?? 0;
      slot += 1;
    }
    const share = Math.min(1, (wanted - before) / (rates[slot] ?? 1));
    return Math.floor((slots[slot] ?? start) + share * step);
  };
}

/** Calls to blocked addresses: much by day, a little by night, less when nobody works. */
function callsAt(time: number): number {
  const hour = (time % DAY_MS) / HOUR_MS;
  const day = new Date(time).getUTCDay();
  const worked = Math.max(0, Math.sin(((hour - 7) / 12) * Math.PI)) * (day % 6 === 0 ? 0.3 : 1);
  return 0.05 + 0.45 * worked * (0.7 + 0.6 * ratio(time, 900_000));
}

function scanAt(time: number) {
  const span = Math.floor(time / SCAN_SPAN_MS);
  const [begin, length, strength] = [1, 2, 3].map((salt) => random(span * 8 + salt));
  const from = (span + (begin ?? 0) * 0.7) * SCAN_SPAN_MS;
  const to = from + (10 + 80 * (length ?? 0)) * MINUTE_MS;
  if (random(span * 8) < 0.35 || time < from || time >= to) return null;
  const port = SCANNED[Math.floor(random(span * 8 + 4) * SCANNED.length)] ?? 23;
  const remote = Math.floor(random(span * 8 + 5) * 40_000);
  return { port, remote, strength: 0.6 + 3.5 * (strength ?? 0) ** 2 };
}

/** From 0 to 1, the same within a span. */
function ratio(time: number, spanMs: number): number {
  return random(Math.floor(time / spanMs));
}

/** From 0 up to 1, always the same for the same number. */
function random(of: number): number {
  let mixed = Math.imul(of ^ 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
