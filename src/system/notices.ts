/** The places of the platforms where an administrator finds problems: pfSense's bell, syslog, our own log. */
import { HostError, printable } from '../core/errors.ts';
import type { Log, Notices, Problem } from '../core/ports.ts';
import type { AskPfsense, PfsenseVerb } from './pfsense-command.ts';
import type { RunCommand } from './run-command.ts';

/** The bell of pfSense, with the mail it sends. */
export function createPfsenseNotices(ask: AskPfsense): Notices {
  const demand = async (verb: PfsenseVerb, input: Readonly<Record<string, unknown>>) => {
    const answer = await ask(verb, input);
    if (answer.ok) return;
    throw new HostError(`telling pfSense: ${answer.message}`, { remedy: answer.remedy });
  };
  return {
    show: (problem) => demand('show-notice', { code: problem.code, text: sentence(problem) }),
    withdraw: (code) => demand('withdraw-notice', { code }),
  };
}

/**
 * A line in syslog at the priority `err`, by logger(1).
 * @param tag what the line begins with, e.g. `ts-iptables`
 */
export function createSyslogNotices(run: RunCommand, tag: string): Notices {
  const log = async (priority: string, text: string): Promise<void> => {
    await run(['logger', '-t', tag, '-p', `daemon.${priority}`, '--', text]);
  };
  return {
    show: (problem) => log('err', `${sentence(problem)} (${problem.code})`),
    withdraw: (code) => log('notice', `no longer a problem: ${printable(code)}`),
  };
}

/** Our own log, where the platform has no other place. */
export function createLogNotices(log: Log): Notices {
  return {
    show(problem) {
      log.error(`${sentence(problem)} (${problem.code})`);
      return Promise.resolve();
    },
    withdraw(code) {
      log.info(`no longer a problem: ${code}`);
      return Promise.resolve();
    },
  };
}

function sentence({ message, remedy }: Problem): string {
  const told = message.endsWith('.') ? message : `${message}.`;
  return printable([told, remedy].filter((part) => part !== '').join(' '));
}
