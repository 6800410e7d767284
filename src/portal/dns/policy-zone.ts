import type { ZoneTable } from '../tables/zone.ts';
import { isInZone } from '../zone/names.ts';

/** The zone as the database holds it now; other processes may change it between two calls. */
export type PolicyZone = Pick<ZoneTable, 'serial' | 'find' | 'nextOf' | 'changed' | 'oldest'> & {
  /** Whether the name has records, or others lie below it. */
  exists(name: string): boolean;
};

/** The zone. Its records are read for each answer; only its names are kept in memory, as long as its serial stays. */
export function createPolicyZone(origin: string, zone: ZoneTable): PolicyZone {
  let names = new Set<string>();
  let read: number | null = null;
  return {
    ...zone,
    exists: (name) => {
      const serial = zone.serial();
      if (serial !== read) names = namesOf(origin, zone);
      read = serial;
      return names.has(name);
    },
  };
}

function namesOf(origin: string, zone: ZoneTable): Set<string> {
  const names = new Set([origin]);
  for (const owner of [...zone.owners(), ...zone.lists().map(({ name }) => name)]) {
    for (let name = owner; isInZone(name, origin); name = parentOf(name)) names.add(name);
  }
  return names;
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}
