import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError, messageOf } from '../core/errors.ts';

/** Somebody waits for the answer. */
const LIMIT_MS = 3_000;

/** What the system's resolver says: DNS, and the host's own file of names. */
export type SystemResolver = (name: string) => Promise<readonly { readonly address: string }[]>;

/**
 * The addresses of a host name, as programs of this host get them; each once, IPv4 first.
 * @throws HostError when there is none, or no answer within 3 s
 */
export async function resolveName(
  name: string,
  resolver: SystemResolver = (asked) => lookup(asked, { all: true, order: 'ipv4first' }),
  limitMs = LIMIT_MS,
): Promise<readonly string[]> {
  const timer = new AbortController();
  const late = delay(limitMs, null, { signal: timer.signal }).catch(() => null);
  try {
    const found = await Promise.race([resolver(name), late]);
    if (found === null) throw new Error(`no answer within ${limitMs / 1000} s`);
    // A zone such as `%em0` is of this host only.
    return [...new Set(found.map(({ address }) => address.split('%', 1)[0] ?? address))];
  } catch (cause) {
    throw new HostError(`looking for the addresses of ${name}: ${messageOf(cause)}`, {
      remedy: 'Check the name, and the name servers of this device.',
      cause,
    });
  } finally {
    timer.abort();
  }
}
