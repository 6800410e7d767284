/** Places for copies of zones, without files. */
import type { ZoneCopies, ZoneCopy } from '../../src/core/ports.ts';

/** Keeps nothing. */
export const noCopies: ZoneCopies = {
  load: () => Promise.resolve(null),
  save: () => Promise.resolve(),
  keepOnly: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

/** Keeps copies in memory. */
export function memoryCopies(): ZoneCopies & { readonly kept: Map<string, ZoneCopy> } {
  const kept = new Map<string, ZoneCopy>();
  return {
    kept,
    load: (zone) => Promise.resolve(kept.get(zone) ?? null),
    save: (copy) => Promise.resolve(void kept.set(copy.zone, copy)),
    keepOnly(zones) {
      for (const zone of kept.keys()) if (!zones.includes(zone)) kept.delete(zone);
      return Promise.resolve();
    },
    remove: (zone) => Promise.resolve(void kept.delete(zone)),
  };
}
