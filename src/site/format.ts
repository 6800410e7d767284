import { formatCount } from '../core/format-count.ts';

export { formatCount };

/** A moment for a template: machine form, exact form and words. */
export interface TimeView {
  /** ISO 8601, UTC. */
  readonly iso: string;
  /** e.g. `2026-11-20 20:16:01 UTC`. */
  readonly exact: string;
  /** e.g. `3 min ago`. */
  readonly words: string;
  /** Said instead of the words once the moment is over; empty when the words serve. */
  readonly due: string;
}

/**
 * A moment, as seen at `now`; both in milliseconds since 1970.
 * @param due said instead of `… ago`
 */
export function timeView(time: number, now: number, due = ''): TimeView {
  const iso = new Date(time).toISOString();
  return {
    iso,
    exact: `${iso.slice(0, 19).replace('T', ' ')} UTC`,
    words: due === '' ? relativeWords(time, now) : plannedWords(time, now, due),
    due,
  };
}

/** Of something planned. The host's clock says when: what is near is not past. */
function plannedWords(time: number, now: number, due: string): string {
  if (time <= now) return due;
  return time - now < 5_000 ? 'in a moment' : relativeWords(time, now);
}

const STEPS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** How far `time` is from `now`: `just now`, `40 s ago`, `in 3 min`, `5 h ago`, `2 d ago`. `public/page.js` has the same rule. */
export function relativeWords(time: number, now: number): string {
  const seconds = Math.round(Math.abs(time - now) / 1000);
  if (seconds < 5) return 'just now';
  const words = durationWords(time - now);
  return time > now ? `in ${words}` : `${words} ago`;
}

/** A span without its sign, in its largest unit: `40 s`, `3 h`. */
export function durationWords(spanMs: number): string {
  const seconds = Math.round(Math.abs(spanMs) / 1000);
  const [size, unit] = STEPS.find(([step]) => seconds >= step) ?? [1, 's'];
  return `${formatCount(Math.floor(seconds / size))} ${unit}`;
}

/** How long something took: `12 ms`, `3.4 s`, `2 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** The text, cut to `length` characters with an ellipsis where it is longer. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
