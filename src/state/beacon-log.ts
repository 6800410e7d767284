import type { BeaconLog, SentBeacon } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'beacon';

/** How the last beacon went, so that every process shows it. */
export function createBeaconLog(facts: Facts): BeaconLog {
  return {
    save: (sent) => facts.set(NAME, JSON.stringify(sent)),
    last() {
      const text = facts.get(NAME);
      return text === null ? null : (JSON.parse(text) as SentBeacon);
    },
    clear: () => facts.remove(NAME),
  };
}
