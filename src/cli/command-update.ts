import { FirewallError } from '../core/errors.ts';
import type { Agent, UpdateOptions, UpdateResult } from '../tasks/agent.ts';
import type { Command, CommandValues } from './command.ts';
import type { CommandContext } from './context.ts';
import { dateText } from './product.ts';
import { isApplicable, printUpdate } from './update-report.ts';

/** `tsadmin update` */
export const updateCommand: Command = {
  name: 'update',
  usage: 'update [--plan] [--accept] [--raise-limit]',
  summary: 'update the policy, and the settings with web automation, now',
  details: [
    'Asks the portal for new settings (type auto), then reads the policy and puts it into the tables of the firewall.',
    'When the policy cannot be read whole, does not fit, or is held back (setting policy_sanity), the tables stay as they are.',
  ],
  options: {
    plan: {
      type: 'boolean',
      description:
        'Only show what would change: added, removed, carved and cut entries, and whether it fits. Touches nothing. The exit code is 1 when the policy could not be applied.',
    },
    'raise-limit': {
      type: 'boolean',
      description:
        'When the policy does not fit, raise the limit of table entries (pfSense: Firewall Maximum Table Entries; OpenBSD: set limit table-entries in pf.conf) to what it needs, and update again.',
    },
    accept: {
      type: 'boolean',
      description: 'Take a policy that policy_sanity would hold back, this once.',
    },
  },
  run: (context, values) =>
    context.withAgent((agent) =>
      values['plan'] === true
        ? showPlan(context, agent, acceptOf(values))
        : update(context, agent, values),
    ),
};

/** Nothing where the option is not given. */
function acceptOf(values: CommandValues): UpdateOptions {
  return values['accept'] === true ? { accept: true } : {};
}

async function showPlan(
  context: CommandContext,
  agent: Agent,
  accept: UpdateOptions,
): Promise<number> {
  const result = await agent.update(context.actor, { plan: true, ...accept });
  printUpdate(context, result, true);
  context.printJson({ plan: true, ...result });
  return failed(result) || !isApplicable(result) ? 1 : 0;
}

async function update(
  context: CommandContext,
  agent: Agent,
  values: CommandValues,
): Promise<number> {
  const started = context.clock.now();
  context.print(`Starting ThreatSTOP v${context.release} update on ${dateText(started)}`);
  context.print();
  const result = await (values['raise-limit'] === true
    ? updateWithRoom(context, agent, acceptOf(values))
    : agent.update(context.actor, acceptOf(values)));
  if (result.changes !== null) await printLists(context, agent);
  printUpdate(context, result, false);
  const finished = context.clock.now();
  context.print();
  context.print(`Finished ThreatSTOP update at ${dateText(finished)}`);
  context.print(`Run Length: ${runLength(finished - started)}`);
  context.printJson({ plan: false, ...result });
  return failed(result) ? 1 : 0;
}

/** What does not fit is refused before anything is touched; then there is room to make. */
async function updateWithRoom(
  context: CommandContext,
  agent: Agent,
  accept: UpdateOptions,
): Promise<UpdateResult> {
  try {
    return await agent.update(context.actor, accept);
  } catch (error) {
    if (!(error instanceof FirewallError)) throw error;
    const raised = await agent.raiseTableLimit(context.actor);
    if (raised.outcome !== 'done') throw error;
    context.print(raised.message);
    return agent.update(context.actor, accept);
  }
}

async function printLists(context: CommandContext, agent: Agent): Promise<void> {
  const { policy } = await agent.status();
  const settings = await agent.settings();
  context.print(`Using DNS Server ${settings?.values.dns_server.join(' ') ?? ''}`);
  for (const name of policy?.allowLists ?? []) context.print(`Processing allow list ${name}`);
  for (const name of policy?.blockLists ?? []) context.print(`Processing block list ${name}`);
  context.print();
  context.print('Completed getting all the lists');
}

function runLength(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours} hour(s) ${minutes} minute(s) ${seconds % 60} second(s)`;
}

function failed({ run }: UpdateResult): boolean {
  return run.outcome === 'failed';
}
