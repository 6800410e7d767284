import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/ports.ts';

/** How long a login lasts, used or not. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;

const MOST_SESSIONS = 100;

/** One login of one browser. */
export interface Session {
  /** Token that every form of this session carries. */
  readonly csrf: string;
  readonly expires: number;
}

/** The logins that are open. */
export interface Sessions {
  /** Opens a session and returns its id, which only the browser keeps. */
  open(): string;
  /** Null when there is none of that id, or it has ended. */
  find(id: string): Session | null;
  close(id: string): void;
}

/** Sessions in memory: a restart ends them all. With more than 100 the oldest ends. */
export function createSessions(clock: Clock): Sessions {
  const byDigest = new Map<string, Session>();

  return {
    open() {
      const id = secret();
      byDigest.set(digestOf(id), { csrf: secret(), expires: clock.now() + SESSION_LIFETIME_MS });
      const oldest = byDigest.keys().next();
      if (byDigest.size > MOST_SESSIONS && oldest.done !== true) byDigest.delete(oldest.value);
      return id;
    },

    find(id) {
      const digest = digestOf(id);
      const session = byDigest.get(digest);
      if (session === undefined) return null;
      if (session.expires > clock.now()) return session;
      byDigest.delete(digest);
      return null;
    },

    close(id) {
      byDigest.delete(digestOf(id));
    },
  };
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** Looked up by digest, so that the time of a look-up tells nothing about an id. */
function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
