import type { Actor } from './ports.ts';

/**
 * Who started a task, as the record names it.
 * @param kind the way in
 * @param user the name the host or the page knows; `@` in it is replaced
 * @param address where the person is, or empty when nobody knows (the console)
 */
export function actorOf(kind: 'cli' | 'page' | 'api', user: string, address: string): Actor {
  const who = `${kind}:${user.replaceAll('@', '_')}`;
  return address === '' ? who : `${who}@${address}`;
}

/** The address an actor works from, as it was given; null when there is none. */
export function addressOf(actor: Actor): string | null {
  const at = actor.indexOf('@');
  return at === -1 ? null : actor.slice(at + 1);
}
