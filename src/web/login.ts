import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/ports.ts';

/** How long a login link can be used. */
export const LINK_LIFETIME_MS = 15 * 60_000;

const MOST_LINKS = 16;

/** One-time login links. Kept in memory: a restart ends them all. */
export interface Logins {
  /**
   * A new link, good for one login within 15 minutes.
   * @param baseUrl origin of the page, e.g. `http://127.0.0.1:8080`
   */
  issueLink(baseUrl: string): string;
  /** Whether the token is one of an open link; the link is used up by it. */
  redeem(token: string): boolean;
}

/** Login links by the given clock. With more than 16 open ones the oldest ends. */
export function createLogins(clock: Clock): Logins {
  let open: readonly { readonly digest: Buffer; readonly expires: number }[] = [];
  const unexpired = () => open.filter((link) => link.expires > clock.now());

  return {
    issueLink(baseUrl) {
      const token = randomBytes(32).toString('base64url');
      const link = { digest: digestOf(token), expires: clock.now() + LINK_LIFETIME_MS };
      open = [...unexpired(), link].slice(-MOST_LINKS);
      return new URL(`/login?token=${token}`, baseUrl).href;
    },

    redeem(token) {
      const digest = digestOf(token);
      const before = unexpired();
      open = before.filter((link) => !timingSafeEqual(link.digest, digest));
      return open.length < before.length;
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
