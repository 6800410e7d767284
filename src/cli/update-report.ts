import { withRemedy } from '../core/errors.ts';
import type { Problem, TableChange } from '../core/ports.ts';
import type { UpdateResult } from '../tasks/agent.ts';
import type { CommandContext } from './context.ts';

/** Prints what an update did to the tables, or with `planned` what it would do. */
export function printUpdate(context: CommandContext, result: UpdateResult, planned: boolean): void {
  if (result.changes === null) {
    context.print(result.run.message);
  } else {
    for (const change of result.changes) context.print(additionLine(change, planned));
    for (const change of result.changes) context.print(changeLine(change));
  }
  for (const note of result.notes) context.print(note);
  printProblems(context, result.problems);
  if (planned && result.changes !== null) {
    context.print(isApplicable(result) ? 'The policy fits.' : 'The policy would not be applied.');
  }
}

/** Whether nothing speaks against enforcing the policy. */
export function isApplicable({ problems }: UpdateResult): boolean {
  return problems.every(({ severity }) => severity !== 'error');
}

/** Prints each problem with its remedy, in the colour of its severity. */
export function printProblems(context: CommandContext, problems: readonly Problem[]): void {
  for (const { severity, message, remedy } of problems) {
    context.print(
      withRemedy(`${severity}: ${message}`, remedy),
      severity === 'error' ? 'red' : 'yellow',
    );
  }
}

const WORDS = { block: 'blocked', allow: 'allowed' } as const;

/** `Adding 26424 blocked addresses`, as the product has always put it. */
function additionLine({ table, after }: TableChange, planned: boolean): string {
  return `${planned ? 'Would add' : 'Adding'} ${after} ${WORDS[table]} addresses`;
}

function changeLine({ table, before, added, removed }: TableChange): string {
  const former = before === null ? 'new' : `${before} entries before`;
  return `  ${table} table: ${former}, ${added} added, ${removed} removed`;
}
