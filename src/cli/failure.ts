import { AgentError, UsageError, messageOf, printable } from '../core/errors.ts';
import type { TextOutput } from './context.ts';
import { jsonText } from './json.ts';

/** How a failure is told. */
export interface FailureStyle {
  readonly json: boolean;
  /** The command that shows the usage, e.g. `tsadmin help add`. */
  readonly help: string;
}

/**
 * Writes what went wrong and what to do about it; with `json` as `{error, remedy, kind}`.
 * @returns the exit code: 2 for wrong usage, else 1
 */
export function reportFailure(stderr: TextOutput, thrown: unknown, style: FailureStyle): 1 | 2 {
  const usage = thrown instanceof UsageError;
  const error = messageOf(thrown);
  const remedy = thrown instanceof AgentError ? printable(thrown.remedy) : '';
  const kind = thrown instanceof AgentError ? thrown.name : 'InternalError';
  if (style.json) {
    stderr.write(`${jsonText({ error, remedy, kind })}\n`);
  } else {
    stderr.write(`tsadmin: ${error}\n`);
    if (remedy !== '') stderr.write(`${remedy}\n`);
    if (usage) stderr.write(`See ${style.help}\n`);
    if (!(thrown instanceof AgentError)) stderr.write(stackOf(thrown));
  }
  return usage ? 2 : 1;
}

/** Where a fault of the program itself happened, for a report. */
function stackOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  return stack
    .split('\n')
    .slice(1)
    .map((line) => `${printable(line)}\n`)
    .join('');
}
