import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/ports.ts';

/** How long a login lasts, used or not. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;

const MOST_SESSIONS = 100;

/** How somebody logged in. */
export interface SessionOrigin {
  /** Address of the browser. */
  readonly address: string;
  readonly way: 'link' | 'password';
}

/** One login of one browser, and what is known of how it came about. */
export type Session<Origin = SessionOrigin> = Origin & {
  /** Names it in the list; opens nothing. */
  readonly name: string;
  /** Token that every form of this session carries. */
  readonly csrf: string;
  readonly opened: number;
  readonly expires: number;
};

/** The logins that are open. */
export interface Sessions<Origin = SessionOrigin> {
  /** Opens a session and returns its id, which only the browser keeps. */
  open(origin: Origin): string;
  /** Null when there is none of that id, or it has ended. */
  find(id: string): Session<Origin> | null;
  close(id: string): void;
  /** All that are open, the newest first. */
  list(): readonly Session<Origin>[];
  /** Ends the one of that name, if there is one. */
  revoke(name: string): void;
  revokeAll(): void;
}

/** Sessions in memory: a restart ends them all. With more than 100 the oldest ends. */
export function createSessions<Origin extends object = SessionOrigin>(
  clock: Clock,
): Sessions<Origin> {
  const byDigest = new Map<string, Session<Origin>>();
  const dropEnded = (): void => {
    for (const [digest, { expires }] of byDigest) {
      if (expires <= clock.now()) byDigest.delete(digest);
    }
  };

  return {
    open(origin) {
      const id = secret();
      const opened = clock.now();
      const times = { opened, expires: opened + SESSION_LIFETIME_MS };
      byDigest.set(digestOf(id), {
        ...origin,
        ...times,
        csrf: secret(),
        name: secret().slice(0, 12),
      });
      const oldest = byDigest.keys().next();
      if (byDigest.size > MOST_SESSIONS && oldest.done !== true) byDigest.delete(oldest.value);
      return id;
    },

    find(id) {
      dropEnded();
      return byDigest.get(digestOf(id)) ?? null;
    },

    close: (id) => void byDigest.delete(digestOf(id)),

    list() {
      dropEnded();
      return [...byDigest.values()].toReversed();
    },

    revoke(name) {
      for (const [digest, session] of byDigest) {
        if (session.name === name) byDigest.delete(digest);
      }
    },

    revokeAll: () => byDigest.clear(),
  };
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** Looked up by digest, so that the time of a look-up tells nothing about an id. */
function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
