import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/ports.ts';

/** What came of an action, shown at the top of the page. */
export interface Notice {
  readonly tone: 'success' | 'info' | 'danger';
  readonly message: string;
  /** What to do, or empty. */
  readonly remedy: string;
  readonly notes: readonly string[];
}

/** Notices on their way over a redirect: the address carries only an id. */
export interface Notices {
  /** Keeps the notice for ten minutes and returns its id. */
  keep(notice: Notice): string;
  /** Null when it is not known, or too old. */
  find(id: string): Notice | null;
}

const LIFETIME_MS = 10 * 60_000;
const MOST_NOTICES = 50;

/** Notices in memory. With more than 50 the oldest is dropped. */
export function createNotices(clock: Clock): Notices {
  const kept = new Map<string, { readonly notice: Notice; readonly expires: number }>();
  return {
    keep(notice) {
      const id = randomBytes(9).toString('base64url');
      kept.set(id, { notice, expires: clock.now() + LIFETIME_MS });
      const oldest = kept.keys().next();
      if (kept.size > MOST_NOTICES && oldest.done !== true) kept.delete(oldest.value);
      return id;
    },
    find(id) {
      const found = kept.get(id);
      return found !== undefined && found.expires > clock.now() ? found.notice : null;
    },
  };
}
