/** From the policy to the sets. */
import { FirewallError, messageOf } from '../../core/errors.ts';
import { countDifference } from '../../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { ApplyPlan, PolicyTables, Problem, TableChange, TableName } from '../../core/ports.ts';
import { optionProblems, readHeaders, setProblems, toolProblems } from './check.ts';
import { noteBeforeChange, type LinuxHost } from './host.ts';
import { forgetChanged, heldSets, rememberChanged, TABLES } from './held-tables.ts';
import { memoryProblems } from './memory.ts';
import { changesTo, contentsOf, type HeldSets } from './set-changes.ts';
import { allNames, requirePrefix } from './set-names.ts';
import { tableOf } from './set-store.ts';

/** See {@link FirewallDriver.plan}. Without the tools it tells what is missing, and counts as if nothing were held. */
export async function planPolicy(host: LinuxHost, wanted: PolicyTables): Promise<ApplyPlan> {
  const parts = host.part(wanted);
  const options = await host.readOptions();
  const [tools, found] = await Promise.all([toolProblems(host.find), readHeaders(host.sets)]);
  const problems = [...optionProblems(options), ...tools];
  // Where a program is missing, that is why nothing could be read.
  const headers = hasError(problems) ? [] : found;
  if ('code' in headers) problems.push(headers);
  else problems.push(...setProblems(headers, options.prefix));
  if ('code' in headers || hasError(problems)) {
    return { wanted, changes: changesFrom('', new Map(), wanted), problems };
  }
  const held = await heldSets(host, { headers, prefix: options.prefix }, wanted);
  const steps = changesTo(options.prefix, held, contentsOf(options.prefix, parts));
  problems.push(...(await memoryProblems(steps, host.places.memory)));
  return { wanted, changes: changesFrom(options.prefix, held, wanted), problems };
}

/** See {@link FirewallDriver.apply}. What changed since the plan was made is taken into account. */
export async function applyPolicy(host: LinuxHost, plan: ApplyPlan): Promise<void> {
  const fault = plan.problems.find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw new FirewallError(fault.message, { remedy: fault.remedy });
  const parts = host.part(plan.wanted);
  const { prefix } = await host.readOptions();
  requirePrefix(prefix);
  const now = { headers: await host.sets.headers(), prefix };
  const held = await heldSets(host, now, plan.wanted);
  await noteBeforeChange(host, prefix);
  try {
    const changes = changesTo(prefix, held, contentsOf(prefix, parts));
    const certain = await forgetChanged(host, now, changes);
    const headers = await host.sets.change(now.headers, changes);
    await rememberChanged(host, { headers, prefix }, certain, plan.wanted);
  } catch (error) {
    await putBack(host, { prefix, before: held, wanted: plan.wanted }, error);
    throw error;
  }
}

/** What the sets held, and the policy that was to take its place. */
interface BeforeApply {
  readonly prefix: string;
  readonly before: HeldSets;
  readonly wanted: PolicyTables;
}

/** Makes the sets hold what they held, and takes away those that were not there. */
async function putBack(
  host: LinuxHost,
  { prefix, before, wanted }: BeforeApply,
  reason: unknown,
): Promise<void> {
  try {
    const entries = new Map([...before].map(([name, set]) => [name, set.entries]));
    const now = { headers: await host.sets.headers(), prefix };
    const changes = changesTo(prefix, await heldSets(host, now, wanted), entries);
    await forgetChanged(host, now, changes);
    await host.sets.change(now.headers, changes);
    await host.sets.destroy(allNames(prefix).filter((name) => !before.has(name)));
  } catch (error) {
    throw new FirewallError(
      `${messageOf(reason)}; the sets could not be put back either: ${messageOf(error)}`,
      { remedy: 'Run "tsadmin update" again.', cause: reason },
    );
  }
}

function changesFrom(prefix: string, held: HeldSets, wanted: PolicyTables): TableChange[] {
  return TABLES.map((table) => {
    const before = tableOf(held, prefix, table);
    return changeOf(table, before, wanted[table]);
  });
}

function changeOf(table: TableName, before: PrefixTable | null, wanted: PrefixTable): TableChange {
  const { added, removed } = countDifference(before ?? EMPTY_TABLE, wanted);
  const held = before === null ? null : sizeOf(before);
  return { table, before: held, after: sizeOf(wanted), added, removed };
}

function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
