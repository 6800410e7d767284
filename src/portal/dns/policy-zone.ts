import { parseTable } from '../../core/prefix-text.ts';
import type { ListHead, ListTable } from '../tables/lists.ts';
import { compileList, type NameRecords } from './list-records.ts';

/** The policy zone at one serial. Immutable. */
export interface PolicyZone {
  readonly serial: number;
  /** The records of a name; a name with nothing of its own that others lie below has none. Null: there is no such name. */
  find(name: string): NameRecords | null;
}

/** The zone as the database holds it now; other processes may change it between two calls. */
export interface PolicyZoneSource {
  current(): PolicyZone;
}

const NO_RECORDS: NameRecords = {};

/** Reads the zone from the lists, and again when its serial has moved; only lists that changed are compiled again. */
export function createPolicyZoneSource(origin: string, lists: ListTable): PolicyZoneSource {
  let compiled = new Map<string, { serial: number; records: ReadonlyMap<string, NameRecords> }>();
  let zone: PolicyZone | null = null;
  const compile = (head: ListHead): ReadonlyMap<string, NameRecords> => {
    const known = compiled.get(head.name);
    if (known?.serial === head.serial) return known.records;
    const bytes = lists.prefixes(head.name) ?? new Uint8Array(0);
    return compileList(head.name, parseTable(bytes));
  };
  const load = (): PolicyZone =>
    lists.snapshot(() => {
      const heads = lists.heads();
      compiled = new Map(
        heads.map((head) => [head.name, { serial: head.serial, records: compile(head) }]),
      );
      const records = [...compiled.values()].flatMap((list) => [...list.records]);
      return zoneOf(origin, lists.zoneSerial(), new Map(records));
    });
  return {
    current: () => {
      if (zone?.serial !== lists.zoneSerial()) zone = load();
      return zone;
    },
  };
}

function zoneOf(
  origin: string,
  serial: number,
  records: ReadonlyMap<string, NameRecords>,
): PolicyZone {
  const between = new Set<string>();
  for (const name of records.keys()) {
    for (let at = parentOf(name); at.length > origin.length; at = parentOf(at)) between.add(at);
  }
  return {
    serial,
    find: (name) => records.get(name) ?? (between.has(name) ? NO_RECORDS : null),
  };
}

function parentOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
