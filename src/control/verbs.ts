/** What can be ordered on the control socket. */
import { FormatError } from '../core/errors.ts';
import type { Actor, RawSettings, RunFilter } from '../core/ports.ts';
import type {
  AddOptions,
  Agent,
  CompareQuestion,
  EnableOptions,
  UpdateOptions,
} from '../tasks/agent.ts';
import type { ExemptionOrder } from '../tasks/exempt.ts';

/** Does one order. What the arguments are is for it to check: they come from the socket. */
export type ControlVerb = (actor: Actor, args: readonly unknown[]) => Promise<unknown>;

/** The orders by name. A part of the program that has orders of its own puts them beside those of the agent. */
export type ControlVerbs = Readonly<Record<string, ControlVerb>>;

/** The methods of the agent, by their names. */
export function agentVerbs(agent: Agent): ControlVerbs {
  return {
    add: (actor, [settings, options]) => agent.add(actor, textsOf(settings), addOptions(options)),
    configure: (actor, [changes]) => agent.configure(actor, textsOf(changes)),
    update: (actor, [options]) => agent.update(actor, updateOptions(options)),
    enable: (actor, [options]) => agent.enable(actor, enableOptions(options)),
    confirm: (actor) => agent.confirm(actor),
    goBack: () => agent.goBack(),
    disable: (actor) => agent.disable(actor),
    raiseTableLimit: (actor) => agent.raiseTableLimit(actor),
    remove: (actor) => agent.remove(actor),
    logs: (actor) => agent.logs(actor),
    verify: (actor) => agent.verify(actor),
    collect: (actor) => agent.collect(actor),
    exempt: (actor, [order]) => agent.exempt(actor, exemptionOf(order)),
    revoke: (actor, [prefix]) => agent.revoke(actor, textOf(prefix)),
    exemptions: () => agent.exemptions(),
    hitSummary: () => agent.hitSummary(),
    exemptionsTold: () => agent.exemptionsTold(),
    status: () => agent.status(),
    awaited: () => agent.awaited(),
    settings: () => agent.settings(),
    lookup: (_actor, [query]) => agent.lookup(textOf(query)),
    lookupHost: (_actor, [name]) => agent.lookupHost(textOf(name)),
    policies: () => agent.policies(),
    compare: (_actor, [question]) => agent.compare(compareQuestion(question)),
    diff: (_actor, [limit]) => agent.diff(numberOf(limit)),
    runs: (_actor, [filter, before, limit]) =>
      agent.runs(runFilter(filter), before === null ? null : numberOf(before), numberOf(limit)),
    supportBundle: () => agent.supportBundle(),
    doctor: () => agent.doctor(),
    activity: (_actor, [limit]) => agent.activity(numberOf(limit)),
    hits: (_actor, [limit]) => agent.hits(numberOf(limit)),
  };
}

/** @throws FormatError */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new FormatError('the order: a text is missing');
}

/** @throws FormatError */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new FormatError('the order: a number is missing');
}

function textsOf(value: unknown): RawSettings {
  const entries = Object.entries(fieldsOf(value)).map(([name, text]) => [name, textOf(text)]);
  return Object.fromEntries(entries) as RawSettings;
}

function addOptions(value: unknown): AddOptions {
  const { checkValidIp, checkPolicy } = fieldsOf(value);
  // A check is left out by a plain false only.
  return { checkValidIp: checkValidIp !== false, checkPolicy: checkPolicy !== false };
}

function enableOptions(value: unknown): EnableOptions {
  const { confirmWithin } = fieldsOf(value ?? {});
  return confirmWithin === undefined ? {} : { confirmWithin: numberOf(confirmWithin) };
}

function updateOptions(value: unknown): UpdateOptions {
  const { plan, accept } = fieldsOf(value ?? {});
  return { plan: plan === true, accept: accept === true };
}

function runFilter(value: unknown): RunFilter {
  const { task, outcome, actor, since } = fieldsOf(value);
  return {
    task: task === null ? null : (textOf(task) as RunFilter['task']),
    outcome: outcome === null ? null : (textOf(outcome) as RunFilter['outcome']),
    actor: textOf(actor),
    since: since === null ? null : numberOf(since),
  };
}

function compareQuestion(value: unknown): CompareQuestion {
  const { before, after, table, change, search, offset, limit } = fieldsOf(value);
  return {
    ...{ before: numberOf(before), after: numberOf(after) },
    table: table === 'allow' ? 'allow' : 'block',
    change: change === 'removed' ? 'removed' : 'added',
    ...{ search: textOf(search), offset: numberOf(offset), limit: numberOf(limit) },
  };
}

function exemptionOf(value: unknown): ExemptionOrder {
  const { action, prefix, forMs } = fieldsOf(value);
  const time = forMs === null ? null : numberOf(forMs);
  if (action === 'allow' || action === 'block')
    return { action, prefix: textOf(prefix), forMs: time };
  throw new FormatError('the order: allow or block is missing');
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new FormatError('the order: an object is missing');
}
