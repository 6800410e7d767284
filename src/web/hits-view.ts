/** Hits as rows of a table. */
import { printable } from '../core/errors.ts';
import { isBlocking } from '../core/hit-ends.ts';
import type { HitPage, StoredHit } from '../core/ports.ts';
import { shorten, timeView, type TimeView } from '../site/format.ts';
import { formatCursor } from './hit-filter.ts';

/** One hit as a row. */
export interface HitRow {
  readonly id: string;
  readonly time: TimeView;
  readonly direction: 'in' | 'out';
  readonly blocked: boolean;
  readonly action: string;
  readonly interface: string;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly entry: string;
  readonly sample: boolean;
}

/** A page of hits. */
export interface HitListView {
  readonly rows: readonly HitRow[];
  /** For the link to older hits; empty: there are none. */
  readonly next: string;
  /** Where the search gave up; null: it did not. */
  readonly stoppedAt: TimeView | null;
}

/** The longest prefix of IPv6, and what a name of an interface, an action or a protocol needs. */
const LONGEST = 45;
const LONGEST_WORD = 20;

/** @param isSample whether a log line was made by the sample traffic */
export function hitListView(
  page: HitPage,
  now: number,
  isSample: (line: Uint8Array) => boolean,
): HitListView {
  const { hits, next, full } = page;
  return {
    rows: hits.map((hit) => hitRow(hit, now, isSample)),
    next: next === null ? '' : formatCursor(next),
    stoppedAt: full || next === null ? null : timeView(next.time, now),
  };
}

/** One hit. Everything in it came from a log: it is cut and made printable. */
export function hitRow(
  hit: StoredHit,
  now: number,
  isSample: (line: Uint8Array) => boolean,
): HitRow {
  const text = (value: string): string => shorten(printable(value), LONGEST);
  const word = (value: string): string => shorten(printable(value), LONGEST_WORD);
  return {
    id: String(hit.id),
    time: timeView(hit.time, now),
    direction: hit.direction,
    blocked: isBlocking(hit.action),
    action: word(hit.action),
    interface: word(hit.interface),
    protocol: word(hit.protocol),
    source: endOf(text(hit.source), hit.sourcePort),
    destination: endOf(text(hit.destination), hit.destinationPort),
    entry: text(hit.entry ?? ''),
    sample: isSample(hit.line),
  };
}

/** `198.51.100.7:443`, `[2001:db8::1]:443`. */
function endOf(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
