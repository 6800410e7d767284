import type { NoticeStore } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'notices';

/** The notices that are out, so that a restart does not send them again. */
export function createNoticeStore(facts: Facts): NoticeStore {
  return {
    save: (codes) => facts.set(NAME, JSON.stringify(codes)),
    load() {
      const text = facts.get(NAME);
      return text === null ? [] : (JSON.parse(text) as readonly string[]);
    },
  };
}
