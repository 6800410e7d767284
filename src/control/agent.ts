/** The agent of a running service, and the agent of a host whose service hangs. */
import { BusyError, HostError } from '../core/errors.ts';
import type { Actor, Run } from '../core/ports.ts';
import type { Agent } from '../tasks/agent.ts';
import { NoAnswerError, type ControlConnection } from './client.ts';

/** Reads are recorded nowhere; the service wants an actor all the same. */
const READER: Actor = 'cli:reader';

/** Every method as an order to the service. `progress` is what the service said last. */
export function remoteAgent(connection: ControlConnection): Agent {
  const act = <Answer>(verb: string) => {
    return (actor: Actor, ...args: readonly unknown[]) =>
      connection.order(verb, actor, args) as Promise<Answer>;
  };
  const read = <Answer>(verb: string) => {
    return (...args: readonly unknown[]) => connection.order(verb, READER, args) as Promise<Answer>;
  };
  return {
    add: act('add'),
    configure: act('configure'),
    update: act('update'),
    enable: act('enable'),
    confirm: act('confirm'),
    goBack: read('goBack'),
    disable: (actor) => connection.order('disable', actor, []) as Promise<Run>,
    raiseTableLimit: act('raiseTableLimit'),
    remove: act('remove'),
    logs: act('logs'),
    verify: act('verify'),
    collect: act('collect'),
    exempt: act('exempt'),
    revoke: act('revoke'),
    settleExemptions: act('settleExemptions'),
    exemptions: read('exemptions'),
    findHits: read('findHits'),
    hitById: read('hitById'),
    hitSummary: read('hitSummary'),
    exemptionsTold: read('exemptionsTold'),
    status: read('status'),
    awaited: read('awaited'),
    settings: read('settings'),
    lookup: read('lookup'),
    lookupHost: read('lookupHost'),
    policies: read('policies'),
    compare: read('compare'),
    diff: read('diff'),
    runs: read('runs'),
    supportBundle: read('supportBundle'),
    doctor: read('doctor'),
    activity: read('activity'),
    hits: read('hits'),
    progress: () => connection.progress(),
    close: () => connection.close(),
  };
}

/**
 * The service's agent, with a way out: who insists on disabling, and the service does not, gets it done without the service.
 * @param openAlone makes an agent of this process
 */
export function agentWithWayOut(service: Agent, openAlone: () => Promise<Agent>): Agent {
  return {
    ...service,
    async disable(actor, options = {}) {
      try {
        return await service.disable(actor);
      } catch (error) {
        const isStuck = error instanceof BusyError || error instanceof NoAnswerError;
        if (options.insist !== true || !isStuck) throw error;
      }
      const alone = await openAlone();
      try {
        return await alone.disable(actor, options);
      } finally {
        alone.close();
      }
    },
  };
}

/**
 * What can be done beside a service that listens and does not answer: look, switch and take away. The rest would meet the
 * service halfway, should it wake up.
 */
export function agentBesideSilence(alone: Agent): Agent {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new HostError('the service is running and does not answer', {
        remedy:
          'Restart it. "tsadmin status", "enable", "disable" and "remove" work without its help.',
      }),
    );
  const refused = { add: refuse, configure: refuse, update: refuse, logs: refuse };
  const local = { exempt: refuse, revoke: refuse, settleExemptions: refuse };
  return { ...alone, ...refused, ...local, verify: refuse, collect: refuse };
}
