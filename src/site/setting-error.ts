import type { OptionName } from '../config/options.ts';
import { parseOption } from '../config/settings.ts';
import { AgentError, messageOf } from '../core/errors.ts';

/** What is wrong with one value of a form, as a sentence; empty when it can be used. Empty text stands for the default. */
export function settingError(name: OptionName, text: string): string {
  return text === '' ? '' : errorOf(() => parseOption(name, text));
}

/** What a check says, its remedy where it has one; empty when it says nothing. */
export function errorOf(check: () => unknown): string {
  try {
    check();
    return '';
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return thrown.remedy === '' ? messageOf(thrown) : thrown.remedy;
  }
}
