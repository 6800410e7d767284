import type { Schedule } from '../core/ports.ts';
import type { Facts } from './facts.ts';

/** The service's schedule, for the page and `tsadmin status` of other processes. */
export function createSchedule(facts: Facts): Schedule {
  const read = (name: string): number | null => {
    const text = facts.get(name);
    return text === null ? null : Number(text);
  };
  return {
    planned: (task, at) => facts.set(`schedule.${task}`, String(at)),
    next: (task) => read(`schedule.${task}`),
    beat: (now) => facts.set('schedule.beat', String(now)),
    lastBeat: () => read('schedule.beat'),
    clear: () => facts.remove('schedule'),
  };
}
