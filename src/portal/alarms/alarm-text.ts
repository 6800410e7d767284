import { printable } from '../../core/errors.ts';
import type { AlarmEvent } from '../tables/alarms.ts';

/** One line that says what happened. */
export function alarmTitle({ event, problem }: AlarmEvent): string {
  if (event === 'test') return 'ts-portal: a test, all is well';
  const what = event === 'closed' ? 'over' : problem.severity;
  return printable(`ts-portal: ${what}: ${problem.message}`).slice(0, 200);
}

/** The alarm for people. */
export function alarmText({ event, problem, time }: AlarmEvent): string {
  const { message, remedy, since, code, subject } = problem;
  const lines = [
    event === 'closed' ? `Over: ${message}` : message,
    event === 'opened' ? remedy : '',
    `Since ${new Date(since).toISOString()}, noticed ${new Date(time).toISOString()}.`,
    `Code ${code}${subject === '' ? '' : `, of ${subject}`}.`,
  ];
  return `${lines
    .filter((line) => line !== '')
    .map(printable)
    .join('\n')}\n`;
}

/** The alarm for programs; what a webhook is sent. Times are RFC 3339. */
export function alarmBody(id: string, { event, problem, time }: AlarmEvent): string {
  const { code, subject, severity, message, remedy, since } = problem;
  return JSON.stringify({
    ...{ id, event, time: new Date(time).toISOString() },
    problem: { code, subject, severity, message, remedy, since: new Date(since).toISOString() },
  });
}
