import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HitCursor, HitFilter, StoredHit } from '../../core/ports.ts';
import type { Agent } from '../../tasks/agent.ts';
import { csvLine } from '../../core/csv.ts';
import { readFilter } from '../hit-filter.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Hits of one piece. */
const PIECE = 500;
const COLUMNS = [
  ...['time', 'direction', 'action', 'interface', 'protocol', 'source', 'source_port'],
  ...['destination', 'destination_port', 'tracker', 'entry', 'line'],
];

/** All hits of the filter as CSV, newest first, sent as they are read. */
export function exportHits(request: PageRequest): PageAnswer {
  const { filter } = readFilter(request.query);
  const stamp = new Date(request.now).toISOString().slice(0, 19).replace(/[-:]/g, '');
  const name = `threatstop-hits-${stamp}.csv`;
  return { kind: 'file', name, type: 'text/csv', body: lines(request.agent, filter) };
}

async function* lines(agent: Agent, filter: HitFilter): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  let after: HitCursor | null = null;
  do {
    const page: Awaited<ReturnType<Agent['findHits']>> = await agent.findHits(filter, after, PIECE);
    yield page.hits.map(lineOf).join('');
    after = page.next;
    // Others get their turn between two pieces.
    await nextTurn();
  } while (after !== null);
}

function lineOf(hit: StoredHit): string {
  return csvLine([
    ...[new Date(hit.time).toISOString(), hit.direction, hit.action, hit.interface, hit.protocol],
    ...[hit.source, hit.sourcePort, hit.destination, hit.destinationPort],
    ...[hit.tracker, hit.entry, Buffer.from(hit.line).toString('latin1')],
  ]);
}
