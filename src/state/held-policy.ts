import type { HeldPolicy, HeldPolicyStore } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'held-policy';

/** The policy that is held back now, so that every process shows it. */
export function createHeldPolicyStore(facts: Facts): HeldPolicyStore {
  return {
    save: (held) => facts.set(NAME, JSON.stringify(held)),
    load() {
      const text = facts.get(NAME);
      return text === null ? null : (JSON.parse(text) as HeldPolicy);
    },
    clear: () => facts.remove(NAME),
  };
}
