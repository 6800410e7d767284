/** Reports as CSV (RFC 4180), safe to open in a spreadsheet. */
import { csvLine } from '../../core/csv.ts';
import type { ReportCursor, ReportFilter } from '../hits/hit-store.ts';
import { labelOf, type ReportPorts, type SpanCount, type TopEntry } from './report.ts';

const HITS_AT_ONCE = 1_000;

/**
 * All hits of a filter, newest first, in pieces: however many there are, one piece of them is in memory. The first piece
 * has hits too, so that hits that cannot be read are known before anything is sent.
 */
export async function* hitsCsv(
  { store, hits }: ReportPorts,
  filter: ReportFilter,
): AsyncGenerator<string> {
  let piece = csvLine([
    ...['time', 'device', 'nickname', 'direction', 'action', 'protocol', 'interface'],
    ...['remote', 'inside', 'port', 'source_port'],
  ]);
  let after: ReportCursor | null = null;
  do {
    const page = await hits.find(filter, after, HITS_AT_ONCE);
    for (const hit of page) {
      piece += csvLine([
        ...[new Date(hit.time).toISOString(), hit.device, labelOf(store, hit.device)],
        ...[hit.direction, hit.action, hit.protocol, hit.interface],
        ...[hit.remote, hit.inside, hit.port, hit.sourcePort],
      ]);
    }
    yield piece;
    piece = '';
    after = page.length < HITS_AT_ONCE ? null : (page.at(-1) ?? null);
  } while (after !== null);
}

/** Hits over time. */
export function* spansCsv(spans: readonly SpanCount[]): Generator<string> {
  yield csvLine(['time', 'blocked_in', 'blocked_out', 'passed_in', 'passed_out']);
  for (const { time, blockedIn, blockedOut, passedIn, passedOut } of spans) {
    yield csvLine([new Date(time).toISOString(), blockedIn, blockedOut, passedIn, passedOut]);
  }
}

/** A list of names. */
export function* namesCsv(names: readonly TopEntry[]): Generator<string> {
  yield csvLine(['name', 'label', 'hits']);
  for (const { name, label, hits } of names) yield csvLine([name, label, hits]);
}
