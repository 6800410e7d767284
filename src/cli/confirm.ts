import type { CommandContext } from './context.ts';

/** Asks until the answer is yes or no. An empty answer is the default, if there is one. */
export async function confirm(
  context: CommandContext,
  question: string,
  byDefault?: boolean,
): Promise<boolean> {
  const shown = byDefault === undefined ? '' : ` [${byDefault ? 'y' : 'n'}]`;
  for (;;) {
    const answer = (await context.ask(`${question} (y/n)${shown}`)).toLowerCase();
    if (answer === 'y' || answer === 'yes') return true;
    if (answer === 'n' || answer === 'no') return false;
    if (answer === '' && byDefault !== undefined) return byDefault;
    context.print('Answer y or n.');
  }
}
