import type { ToldExemptions, ToldExemptionsLog } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'exemptions_told';

/** How the exemptions were told to the portal last. */
export function createToldExemptionsLog(facts: Facts): ToldExemptionsLog {
  return {
    save: (told) => facts.set(NAME, JSON.stringify(told)),
    last() {
      const text = facts.get(NAME);
      return text === null ? null : (JSON.parse(text) as ToldExemptions);
    },
    clear: () => facts.remove(NAME),
  };
}
