/** Hits as rows of the table `hits`. */
import { addressKey } from '../core/address-key.ts';
import { endsOf } from '../core/hit-ends.ts';
import type { Hit, StoredHit } from '../core/ports.ts';
import type { SqlValue } from '../system/sqlite.ts';

/** A row of `hits`, as far as a hit needs it. */
export interface HitRow {
  readonly id: number;
  readonly time: number;
  readonly direction: Hit['direction'];
  readonly interface: string;
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly source_port: number | null;
  readonly destination: string;
  readonly destination_port: number | null;
  readonly tracker: number;
  readonly entry: string | null;
  readonly line: Uint8Array;
}

/** The columns in the order of {@link valuesOf}. */
export const HIT_COLUMNS = [
  ...['time', 'direction', 'interface', 'action', 'protocol'],
  ...['source', 'source_port', 'destination', 'destination_port'],
  ...['tracker', 'entry', 'line', 'remote_key', 'inside_key'],
] as const;

/** A hit as values of {@link HIT_COLUMNS}. */
export function valuesOf(hit: Hit): readonly SqlValue[] {
  const { remote, inside } = endsOf(hit);
  return [
    ...[hit.time, hit.direction, hit.interface, hit.action, hit.protocol],
    ...[hit.source, hit.sourcePort, hit.destination, hit.destinationPort],
    ...[hit.tracker, hit.entry, hit.line, addressKey(remote), addressKey(inside)],
  ];
}

/** The hit of a row. */
export function hitOf(row: HitRow): StoredHit {
  const { id, time, direction, action, protocol, source, destination, tracker, entry, line } = row;
  return {
    ...{ id, time, direction, interface: row.interface, action, protocol },
    ...{ source, sourcePort: row.source_port },
    ...{ destination, destinationPort: row.destination_port },
    ...{ tracker, entry, line },
  };
}
