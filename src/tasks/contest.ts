/** Somebody else who changes our rules again and again. */
import type { Problem } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

/** How a record begins to tell that rules were put back. */
const BACK = 'the rules were not as they should be';
const HOUR_MS = 3_600_000;
/** So many repairs in an hour are no restart and no change of an administrator. */
const OFTEN = 5;

/** What is said of rules that were put back, with what was wrong of them. */
export function rulesPutBack(problems: readonly Problem[]): string {
  const changed = problems.find(({ code }) => code === 'rules-changed');
  return changed === undefined
    ? 'the rules were missing and were put back'
    : `${BACK} and were put back (${changed.message})`;
}

/**
 * The device goes on putting its rules back, at most once in each `verify_interval` and without touching those of others,
 * because what is above them may let blocked packets pass; a person has to say which of the two comes first.
 */
export function contestProblems(
  { runs }: Pick<AgentPorts, 'runs'>,
  now: number,
): readonly Problem[] {
  const filter = {
    task: 'verify',
    outcome: 'done',
    actor: 'schedule',
    since: now - HOUR_MS,
  } as const;
  const repairs = runs
    .search(filter, null, OFTEN * 4)
    .runs.filter(({ message }) => message.includes(BACK));
  const [last] = repairs;
  if (last === undefined || repairs.length < OFTEN) return [];
  return [
    {
      code: 'rules-contested',
      severity: 'warning',
      message: `another program keeps changing our rules or putting its own above them; they were put back ${repairs.length} times within an hour. Last: ${last.message}`,
      remedy:
        'Find the program by the rule that is named, and let it put its rules below the jump to ThreatSTOP; until then packets may pass for up to a minute each time.',
    },
  ];
}
