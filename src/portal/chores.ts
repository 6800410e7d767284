import { PROBLEM } from './tables/problems.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { lookup } from 'node:dns/promises';
import { messageOf } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import { updateWanted } from './fleet/wanted.ts';
import type { FetchFeed } from './feed/fetch-feed.ts';
import { PORTAL_ACTOR } from './model/change.ts';
import { endExemptions, exemptionsDue } from './model/exemptions.ts';
import { hasUntriedChanges, publishChanged } from './model/publish.ts';
import { refreshFeed } from './model/refresh-feed.ts';
import type { Store } from './store.ts';

/** What the portal does by itself works with this. */
export interface Chores {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: FetchFeed;
  /** The addresses of a name. @throws any error when it has none */
  readonly resolve: (name: string) => Promise<readonly string[]>;
}

/** How often the name of a device is looked up. */
const RESOLVE_MS = 300_000;
/** A look-up that takes longer has failed. */
const RESOLVE_TIMEOUT_MS = 15_000;

/** Whether there is anything to do. */
export function anythingDue(store: Store, now: number): boolean {
  if (store.feeds.due(now).length > 0 || store.addresses.dueNames(now).length > 0) return true;
  if (exemptionsDue(store, now)) return true;
  return hasUntriedChanges(store) || store.wanted.missing().length > 0;
}

/** Fetches the feeds that are due, looks up the names that are due, publishes what changed by it, and works out what devices should enforce. */
export async function runChores(chores: Chores): Promise<void> {
  const { store, clock, log } = chores;
  await resolveNames(chores);
  endExemptions(chores);
  for (const { name } of store.feeds.due(clock.now())) {
    const change = { store, clock, actor: PORTAL_ACTOR };
    const outcome = await refreshFeed(change, name, { fetch: chores.fetch });
    if (outcome.kind === 'failed') log.warn(`feed ${name}: ${outcome.reason}`);
    if (outcome.kind === 'updated') log.info(`feed ${name}: ${outcome.entries} entries`);
  }
  for (const { policy, serial, changed } of publishChanged(store, clock)) {
    if (changed) log.info(`policy ${policy.name} published, serial ${serial}`);
  }
  updateWanted(store, clock);
}

/** The addresses of a name, by the resolver of the host. */
export async function resolveName(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

async function resolveNames({ store, clock, resolve }: Chores): Promise<void> {
  for (const { deviceId, name } of store.addresses.dueNames(clock.now())) {
    try {
      const addresses = await inTime(resolve(name));
      store.addresses.set(deviceId, addresses);
      store.problems.close(PROBLEM.nameNotResolved, deviceId);
    } catch (error) {
      // The addresses stay: a resolver that is down must not lock a device out.
      store.problems.open({
        code: PROBLEM.nameNotResolved,
        subject: deviceId,
        severity: 'warning',
        message: `The name ${name} of the device ${deviceId} was not resolved: ${messageOf(error)}.`,
        remedy: 'Check the name, and the resolver of this host.',
        since: clock.now(),
      });
    }
    store.addresses.setDue(deviceId, clock.now() + RESOLVE_MS);
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      delay(RESOLVE_TIMEOUT_MS, null, { signal: late.signal, ref: false }).then(() => {
        throw new Error('no answer in time');
      }),
    ]);
  } finally {
    late.abort();
  }
}
