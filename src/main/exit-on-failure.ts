import { AgentError, UsageError, messageOf } from '../core/errors.ts';

/** Runs a program; what it throws goes to stderr with its remedy. Exit code 1, or 2 for a wrong command line. */
export async function exitOnFailure(program: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    process.exit(0);
  } catch (error) {
    const remedy = error instanceof AgentError ? error.remedy : '';
    process.stderr.write(`${program}: ${messageOf(error)}\n${remedy === '' ? '' : `${remedy}\n`}`);
    process.exit(isUsage(error) ? 2 : 1);
  }
}

function isUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  return (
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  );
}
