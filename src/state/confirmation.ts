import type { ConfirmationState, ConfirmationStore } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'confirmation';

/** The confirmation that is awaited or was missed; it outlives the process that asked for it, and a reboot. */
export function createConfirmationStore(facts: Facts): ConfirmationStore {
  return {
    save: (state) => facts.set(NAME, JSON.stringify(state)),
    load() {
      const text = facts.get(NAME);
      return text === null ? null : (JSON.parse(text) as ConfirmationState);
    },
    clear: () => facts.remove(NAME),
  };
}
