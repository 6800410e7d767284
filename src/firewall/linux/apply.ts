/** From the policy to the sets. */
import { FirewallError, messageOf } from '../../core/errors.ts';
import type { ApplyPlan, PolicyTables, Problem } from '../../core/ports.ts';
import { tableChange } from '../table-files.ts';
import { optionProblems, readHeaders, setProblems, toolProblems } from './check.ts';
import { compareTable, type Comparison } from './compare.ts';
import { forgetChanged, heldSets, rememberChanged, TABLES, type SetsNow } from './held-tables.ts';
import { noteBeforeChange, type LinuxHost } from './host.ts';
import { memoryProblems } from './memory.ts';
import { changesTo, type HeldSets, type SetChange } from './set-changes.ts';
import { allNames, requirePrefix } from './set-names.ts';

/** See {@link FirewallDriver.plan}. Without the tools it tells what is missing, and counts as if nothing were held. */
export async function planPolicy(host: LinuxHost, wanted: PolicyTables): Promise<ApplyPlan> {
  const options = await host.readOptions();
  const { prefix } = options;
  const [tools, found] = await Promise.all([toolProblems(host.find), readHeaders(host.sets)]);
  const problems = [...optionProblems(options), ...tools];
  // Where a program is missing, that is why nothing could be read.
  const headers = hasError(problems) ? [] : found;
  if ('code' in headers) problems.push(headers);
  else problems.push(...setProblems(headers, prefix));
  if ('code' in headers || hasError(problems)) {
    return {
      wanted,
      changes: TABLES.map((table) => tableChange(table, null, wanted[table])),
      problems,
    };
  }
  const compared = await compare(host, { headers, prefix }, wanted);
  problems.push(...(await memoryProblems(stepsOf(compared), host.places.memory)));
  return { wanted, changes: compared.map(({ change }) => change), problems };
}

/** See {@link FirewallDriver.apply}. What changed since the plan was made is taken into account. */
export async function applyPolicy(host: LinuxHost, plan: ApplyPlan): Promise<void> {
  const fault = plan.problems.find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw new FirewallError(fault.message, { remedy: fault.remedy });
  const { prefix } = await host.readOptions();
  requirePrefix(prefix);
  const now = { headers: await host.sets.headers(), prefix };
  const compared = await compare(host, now, plan.wanted);
  await noteBeforeChange(host, prefix);
  try {
    const steps = stepsOf(compared);
    const certain = await forgetChanged(host, now, steps);
    const headers = await host.sets.change(now.headers, steps);
    await rememberChanged(host, { headers, prefix }, certain, plan.wanted);
  } catch (error) {
    const before = new Map(compared.flatMap(({ held }) => [...held]));
    await putBack(host, prefix, before, error);
    throw error;
  }
}
/** Both tables, each compared with its sets. */
async function compare(
  host: LinuxHost,
  now: SetsNow,
  wanted: PolicyTables,
): Promise<readonly Comparison[]> {
  const compared = [];
  for (const table of TABLES) compared.push(await compareTable(host, now, table, wanted));
  return compared;
}

function stepsOf(compared: readonly Comparison[]): readonly SetChange[] {
  return compared.flatMap(({ steps }) => steps);
}

/** Makes the sets hold what they held, and takes away those that were not there. */
async function putBack(
  host: LinuxHost,
  prefix: string,
  before: HeldSets,
  reason: unknown,
): Promise<void> {
  try {
    const entries = new Map([...before].map(([name, set]) => [name, set.entries]));
    const now = { headers: await host.sets.headers(), prefix };
    const held = [];
    for (const table of TABLES) held.push(...(await heldSets(host, now, table)));
    const changes = changesTo(prefix, new Map(held), entries);
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

function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
