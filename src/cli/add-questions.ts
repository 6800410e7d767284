/** The questions of a manual installation. */
import { formatOption } from '../config/settings.ts';
import { options, type OptionName } from '../config/options.ts';
import { sentencesOf, UsageError } from '../core/errors.ts';
import { confirm } from './confirm.ts';
import type { CommandContext } from './context.ts';
import { checkedText, type SomeSettings } from './given-settings.ts';

/** One question. */
interface Question {
  readonly name: OptionName;
  readonly text: string;
  readonly required?: true;
  readonly linux?: true;
}

/** In the documented order. */
const BASIC: readonly Question[] = [
  { name: 'device_id', text: 'Device ID', required: true },
  { name: 'allow_action', text: 'Allow Action', linux: true },
  { name: 'tsprefix', text: 'TSPrefix', linux: true },
  { name: 'block_list', text: 'Block list', required: true },
  { name: 'allow_list', text: 'Allow list' },
  { name: 'maxpolicysize', text: 'Maximum Policy Size' },
];

/** Asked after a yes to "Advanced settings?". */
const ADVANCED: readonly Question[] = [
  { name: 'port', text: 'DNS Port' },
  { name: 'load_br_netfilter', text: 'Load br_netfilter', linux: true },
  { name: 'logopts', text: 'Logopts', linux: true },
  { name: 'logopts_direction', text: 'Logopts Direction', linux: true },
];

/** Settings without which a manual installation is not possible. */
export const requiredNames: readonly OptionName[] = BASIC.filter(
  ({ required }) => required === true,
).map(({ name }) => name);

/**
 * Asks the questions of the platform, each until its answer can be used.
 * @param defaults what an empty answer means; the option table's default where it has none
 * @param advanced asks the advanced questions without asking whether to
 * @returns the checked answers
 */
export async function askSettings(
  context: CommandContext,
  defaults: SomeSettings,
  advanced: boolean,
): Promise<SomeSettings> {
  const basic = await askAll(context, BASIC, defaults);
  const more = advanced || (await confirm(context, 'Advanced settings?', false));
  return more ? { ...basic, ...(await askAll(context, ADVANCED, defaults)) } : basic;
}

async function askAll(
  context: CommandContext,
  questions: readonly Question[],
  defaults: SomeSettings,
): Promise<SomeSettings> {
  const answers: Partial<Record<OptionName, string>> = {};
  for (const question of questions) {
    if (question.linux === true && context.platform !== 'linux') continue;
    const { name } = question;
    const byDefault = defaults[name] ?? formatOption(name, options[name].default);
    answers[name] = await askOne(context, question, byDefault);
  }
  return answers;
}

/** `-` empties a setting that has a default. */
async function askOne(
  context: CommandContext,
  question: Question,
  byDefault: string,
): Promise<string> {
  const shown = byDefault === '' ? '' : ` [${byDefault}]`;
  for (;;) {
    const typed = await context.ask(`${question.text}${shown}:`);
    const answer = typed === '-' ? '' : typed === '' ? byDefault : typed;
    try {
      return checkedAnswer(question, answer);
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      context.print(sentencesOf(thrown));
    }
  }
}

function checkedAnswer({ name, text, required }: Question, answer: string): string {
  if (answer === '' && required === true) throw new UsageError(`${text} is needed`);
  return checkedText(name, answer);
}
