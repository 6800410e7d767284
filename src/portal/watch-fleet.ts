import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import { announce } from './alarms/announce.ts';
import { deliverDue } from './alarms/deliver.ts';
import { updateFleetProblems } from './fleet/fleet.ts';
import type { Store } from './store.ts';

/** What watching the fleet needs. */
export interface FleetWatching {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Looks at the devices and sends alarms. */
export interface FleetWatcher {
  /** Called every second or so. */
  look(): void;
  /** Resolves when what is being sent was sent, or takes too long: it is sent again after the next start. */
  stop(): Promise<void>;
}

/** The devices are looked at so often: a thousand of them take some milliseconds. */
const LOOK_MS = 15_000;
const STOP_MS = 2_000;

/** Devices count as silent only from when the portal itself was there to hear them. */
export function createFleetWatcher(watching: FleetWatching): FleetWatcher {
  const { store, clock, log } = watching;
  const listening = clock.now();
  let due = 0;
  let sending: Promise<void> | null = null;
  const send = async (): Promise<void> => {
    try {
      await deliverDue(watching);
    } catch (error) {
      log.error(`sending alarms: ${messageOf(error)}`);
    }
    sending = null;
  };
  return {
    look: () => {
      const now = clock.now();
      if (now >= due) {
        due = now + LOOK_MS;
        updateFleetProblems(store, now, listening);
      }
      announce(store, now);
      sending ??= send();
    },
    stop: async () => {
      await Promise.race([sending, delay(STOP_MS, null, { ref: false })]);
    },
  };
}
