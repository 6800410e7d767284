import type { Store } from '../store.ts';
import type { AlarmEvent } from '../tables/alarms.ts';
import { PROBLEM, type PortalProblem } from '../tables/problems.ts';

/** A problem is told when it has lasted so long: what mends itself at once wakes nobody. */
const LASTS_MS = 30_000;

/** Puts what was opened and what is gone since the last time into the outbox, once for each target. */
export function announce(store: Store, now: number): void {
  const { alarms, problems } = store;
  const open = problems.all();
  const told = alarms.told();
  const isIn = ({ code, subject }: PortalProblem, all: readonly PortalProblem[]): boolean =>
    all.some((one) => one.code === code && one.subject === subject);
  const opened = open.filter((one) => now - one.since >= LASTS_MS && !isIn(one, told));
  const closed = told.filter((one) => !isIn(one, open));
  if (opened.length === 0 && closed.length === 0) return;
  store.transaction(() => {
    for (const problem of opened) {
      alarms.setTold(problem);
      send(store, { event: 'opened', problem, time: now });
    }
    for (const problem of closed) {
      alarms.removeTold(problem);
      send(store, { event: 'closed', problem, time: now });
    }
  });
}

function send({ alarms }: Store, event: AlarmEvent): void {
  const { code, subject, severity } = event.problem;
  for (const target of alarms.targets()) {
    // That a target cannot be reached is not told to that target.
    const isItself = code === PROBLEM.notDelivered && subject === target.name;
    const isEnough = target.severity === 'warning' || severity === 'error';
    if (isEnough && !isItself) alarms.send(target.name, event);
  }
}
