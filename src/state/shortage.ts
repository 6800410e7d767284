import type { ShortageStore, TableShortage } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'table-shortage';

/** The shortage that keeps a policy out, so that every process can show and end it. */
export function createShortageStore(facts: Facts): ShortageStore {
  return {
    save: (shortage) => facts.set(NAME, JSON.stringify(shortage)),
    load() {
      const text = facts.get(NAME);
      return text === null ? null : (JSON.parse(text) as TableShortage);
    },
    clear: () => facts.remove(NAME),
  };
}
