/** From the policy to the sets. */
import { FirewallError, messageOf } from '../../core/errors.ts';
import { countDifference } from '../../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { ApplyPlan, PolicyTables, Problem, TableChange, TableName } from '../../core/ports.ts';
import { optionProblems, readHeaders, setProblems, toolProblems } from './check.ts';
import { noteBeforeChange, type LinuxHost } from './host.ts';
import { memoryProblems } from './memory.ts';
import { changesTo, contentsOf, type HeldSets } from './set-changes.ts';
import { allNames, requirePrefix } from './set-names.ts';
import { tableOf } from './set-store.ts';

const TABLES: readonly TableName[] = ['block', 'allow'];

/** See {@link FirewallDriver.plan}. Without the tools it tells what is missing, and counts as if nothing were held. */
export async function planPolicy(host: LinuxHost, wanted: PolicyTables): Promise<ApplyPlan> {
  const parts = host.part(wanted);
  const options = await host.readOptions();
  const problems = [...optionProblems(options), ...(await toolProblems(host.run))];
  const headers = hasError(problems) ? [] : await readHeaders(host.sets);
  if ('code' in headers) problems.push(headers);
  else problems.push(...setProblems(headers, options.prefix));
  if ('code' in headers || hasError(problems)) {
    return { wanted, changes: changesFrom('', new Map(), wanted), problems };
  }
  const held = await host.sets.read(headers, options.prefix, 'known');
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
  const headers = await host.sets.headers();
  const held = await host.sets.read(headers, prefix, 'known');
  await noteBeforeChange(host, prefix);
  try {
    await host.sets.change(headers, changesTo(prefix, held, contentsOf(prefix, parts)));
  } catch (error) {
    await putBack(host, prefix, held, error);
    throw error;
  }
}

/** Makes the sets hold what they held, and takes away those that were not there. */
async function putBack(
  host: LinuxHost,
  prefix: string,
  before: HeldSets,
  reason: unknown,
): Promise<void> {
  try {
    const wanted = new Map([...before].map(([name, { entries }]) => [name, entries]));
    const headers = await host.sets.headers();
    const now = await host.sets.read(headers, prefix, 'fresh');
    await host.sets.change(headers, changesTo(prefix, now, wanted));
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
