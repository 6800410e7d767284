/** The firewall as it is, or as it was a moment ago for a page that asks every few seconds. */
import type { Enforced } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { GLANCE } from './look.ts';

/** How old a look may be that is shown again. The service looks every 15 s to tell problems, so pages find a young one. */
const RECENT_MS = 30_000;

/** Two ways to see what the firewall holds. Both throw what the driver throws. */
export interface Glance {
  readonly now: () => Promise<Enforced>;
  /** The last look of this process, where it is at most 30 s old and nothing was done since; else {@link now}. */
  readonly recent: () => Promise<Enforced>;
}

/** Each task that changes something leaves a record, in whichever process or thread it runs: that ends a look. */
export function createGlance({
  clock,
  driver,
  runs,
}: Pick<AgentPorts, 'clock' | 'driver' | 'runs'>): Glance {
  let last: { readonly at: number; readonly done: string; readonly enforced: Enforced } | null =
    null;
  const doneLast = (): string => JSON.stringify(runs.recent(1));
  const now = async (): Promise<Enforced> => {
    // Taken before the look: what is done meanwhile may not be in it.
    const [at, done] = [clock.now(), doneLast()];
    const enforced = await driver.verify(GLANCE);
    last = { at, done, enforced };
    return enforced;
  };
  return {
    now,
    async recent() {
      const isRecent = last !== null && Math.abs(clock.now() - last.at) <= RECENT_MS;
      return last !== null && isRecent && last.done === doneLast() ? last.enforced : now();
    },
  };
}
