/** The portal's clock in its threads: a function cannot be handed to one, a number can. */
import type { Clock } from '../core/ports.ts';
import { systemClock } from '../system/clock.ts';

/** What a thread is told of the clock. */
export interface ThreadTime {
  /** The portal's clock minus the host's, ms. */
  readonly clockAheadMs: number;
}

/** For the order of a thread. */
export function threadTime(clock: Clock): ThreadTime {
  return { clockAheadMs: clock.now() - systemClock.now() };
}

/** The portal's clock, as a thread makes it from its order. */
export function threadClock({ clockAheadMs }: ThreadTime): Clock {
  return { ...systemClock, now: () => systemClock.now() + clockAheadMs };
}
