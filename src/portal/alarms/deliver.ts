import { PROBLEM } from '../tables/problems.ts';
import { messageOf } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Store } from '../store.ts';
import type { AlarmEvent, AlarmTarget, OutboxRow } from '../tables/alarms.ts';
import { sendMail } from './mail.ts';
import { sendWebhook } from './webhook.ts';

/** Pause after the first failure; doubled with each. */
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** What could not be delivered for so long is dropped, and said in the log. */
const KEPT_MS = 3 * 86_400_000;
/** Failures after which a target is a problem of its own. */
const ENOUGH = 3;

/** What delivering needs. */
export interface DeliveryPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends an event to a target. @param id the same for the same event @throws PortalError */
export function sendTo(
  target: AlarmTarget,
  id: string,
  event: AlarmEvent,
  now: number,
): Promise<void> {
  if (target.kind === 'mail') return sendMail(target.config, id, event);
  return sendWebhook(target.config, id, event, Math.floor(now / 1000));
}

/** Sends what is due, all targets at once, each its oldest event. At least once: a crash may send one again. */
export async function deliverDue(ports: DeliveryPorts): Promise<void> {
  const { store, clock } = ports;
  await Promise.all(store.alarms.due(clock.now()).map((row) => deliver(ports, row)));
}

async function deliver(ports: DeliveryPorts, row: OutboxRow): Promise<void> {
  const { store, clock, log } = ports;
  const target = store.alarms.get(row.target);
  if (target === null) return;
  try {
    await sendTo(target, `alarm-${row.created}-${row.id}`, row.event, clock.now());
    store.alarms.sent(row.id);
    store.problems.close(PROBLEM.notDelivered, row.target);
  } catch (error) {
    log.warn(`alarm to ${row.target}: ${messageOf(error)}`);
    failed(ports, row, messageOf(error));
  }
}

function failed({ store, clock, log }: DeliveryPorts, row: OutboxRow, reason: string): void {
  const now = clock.now();
  if (now - row.created > KEPT_MS) {
    log.error(`alarm to ${row.target}: dropped: ${row.event.event} ${row.event.problem.message}`);
    store.alarms.sent(row.id);
    return;
  }
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** row.attempts, LONGEST_PAUSE_MS);
  store.alarms.later(row.id, now + pause);
  if (row.attempts + 1 < ENOUGH) return;
  store.problems.open({
    code: PROBLEM.notDelivered,
    subject: row.target,
    severity: 'warning',
    message: `Alarms to ${row.target} are not delivered: ${reason}.`,
    remedy: `Try "ts-portal alarm test ${row.target}".`,
    since: now,
  });
}
