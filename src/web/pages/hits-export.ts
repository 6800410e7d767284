import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HitCursor, HitFilter, HitPage, StoredHit } from '../../core/ports.ts';
import { csvLine } from '../../core/csv.ts';
import { readFilter } from '../hit-filter.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Hits of one piece. */
const PIECE = 500;
const COLUMNS = [
  ...['time', 'direction', 'action', 'interface', 'protocol', 'source', 'source_port'],
  ...['destination', 'destination_port', 'tracker', 'entry', 'sample', 'line'],
];

/** All hits of the filter as CSV, newest first, sent as they are read; hits that cannot be read are known before. */
export function exportHits(request: PageRequest): PageAnswer {
  const { filter } = readFilter(request.query);
  const stamp = new Date(request.now).toISOString().slice(0, 19).replace(/[-:]/g, '');
  const name = `threatstop-hits-${stamp}.csv`;
  return { kind: 'file', name, type: 'text/csv', body: lines(request, filter) };
}

async function* lines({ agent, isSample }: PageRequest, filter: HitFilter): AsyncGenerator<string> {
  let head = csvLine(COLUMNS);
  let after: HitCursor | null = null;
  do {
    const page: HitPage = await agent.findHits(filter, after, PIECE);
    yield head + page.hits.map((hit) => lineOf(hit, isSample(hit.line))).join('');
    head = '';
    after = page.next;
    // Others get their turn between two pieces.
    await nextTurn();
  } while (after !== null);
}

function lineOf(hit: StoredHit, sample: boolean): string {
  return csvLine([
    ...[new Date(hit.time).toISOString(), hit.direction, hit.action, hit.interface, hit.protocol],
    ...[hit.source, hit.sourcePort, hit.destination, hit.destinationPort],
    ...[hit.tracker, hit.entry, sample ? 'sample' : '', Buffer.from(hit.line).toString('latin1')],
  ]);
}
