import { UsageError, messageOf } from '../core/errors.ts';
import type { Command, CommandOptions, CommandValues } from './command.ts';
import { globalOptions } from './global-options.ts';

/** A command line cut into the command's name and the rest. */
export interface SplitCommandLine {
  /** Null when no command is named. */
  readonly name: string | null;
  /** All words but the name, in order. */
  readonly rest: readonly string[];
}

/**
 * Finds the command; switches of {@link globalOptions} may stand before it.
 * @throws UsageError for another option before the command. Its value is not repeated: it may be a secret.
 */
export function splitCommandLine(argv: readonly string[]): SplitCommandLine {
  let index = 0;
  while (index < argv.length && argv[index]?.startsWith('-') === true) {
    index += wordsOfSwitch(argv[index] ?? '');
  }
  const name = argv[index];
  if (name === undefined) return { name: null, rest: argv };
  return { name, rest: [...argv.slice(0, index), ...argv.slice(index + 1)] };
}

/** 2 for a global switch whose value is the next word, else 1. */
function wordsOfSwitch(word: string): 1 | 2 {
  const [name = '', value] = word.replace(/^--/, '').split('=', 2);
  if (word === '-h' || word === '--version') return 1;
  if (!Object.hasOwn(globalOptions, name)) {
    throw new UsageError(`${JSON.stringify(word.split('=', 1)[0])} stands before the command`, {
      remedy: 'Write the command first, then its options.',
    });
  }
  const { type } = globalOptions[name as keyof typeof globalOptions];
  return type === 'string' && value === undefined ? 2 : 1;
}

/** Options and other words of one command. */
export interface ParsedArguments {
  readonly values: CommandValues;
  readonly positionals: readonly string[];
}

/**
 * Parses what follows the command's name. With `--help` the words are not counted.
 * @throws UsageError for unknown options, missing values, too few or too many words
 */
export function parseCommandArguments(command: Command, args: readonly string[]): ParsedArguments {
  const options: CommandOptions = { ...globalOptions, ...command.options };
  const { values, positionals } = parseStrictly(
    options,
    withYes(options, withDashValues(options, args)),
  );
  const { min, max } = command.positionals ?? { min: 0, max: 0 };
  if (values['help'] !== true && (positionals.length < min || positionals.length > max)) {
    throw new UsageError(
      positionals.length < min
        ? `${command.name}: something is missing`
        : `${command.name}: there are too many words`,
      { remedy: `Usage: tsadmin ${command.usage}` },
    );
  }
  return { values, positionals };
}

function parseStrictly(options: CommandOptions, args: readonly string[]): ParsedArguments {
  // An import of node:util evaluates all of its exports, which takes a seventh of the time of `tsadmin version`.
  const { parseArgs } = process.getBuiltinModule('node:util');
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options },
      allowPositionals: true,
    });
    return { values: values, positionals };
  } catch (thrown) {
    throw usageErrorOf(options, thrown);
  }
}

/** Joins a value that starts with "--" to the option before it where that takes such (`--logopts --log-uid`). */
function withDashValues(options: CommandOptions, args: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of args) {
    const before = joined.at(-1) ?? '';
    if (takesDashes(options, before) && word.startsWith('--') && !isOption(options, word)) {
      joined[joined.length - 1] = `${before}=${word}`;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function takesDashes(options: CommandOptions, word: string): boolean {
  return isOption(options, word) && options[word.slice(2)]?.dashValues === true;
}

function isOption(options: CommandOptions, word: string): boolean {
  return word.startsWith('--') && Object.hasOwn(options, word.slice(2).split('=', 1)[0] ?? '');
}

/** Gives every option that may stand without a value the value `yes` where it does. */
function withYes(options: CommandOptions, args: readonly string[]): readonly string[] {
  return args.map((word, index) => {
    const name = word.replace(/^--/, '');
    const bare =
      word !== name && Object.hasOwn(options, name) && options[name]?.yesWithoutValue === true;
    return bare && (args[index + 1] ?? '-').startsWith('-') ? `${word}=yes` : word;
  });
}

/** parseArgs names the option in quotes and never its value. */
function usageErrorOf(options: CommandOptions, thrown: unknown): UsageError {
  const [firstLine = ''] = (thrown instanceof Error ? thrown.message : '').split('\n', 1);
  const option = /'(-[^' =]*)/.exec(firstLine)?.[1] ?? '';
  if (!firstLine.startsWith('Unknown option')) {
    return new UsageError(messageOf(firstLine).replace(/\.$/, ''), {
      remedy: `A value that starts with "-" is written with "=": ${option}=VALUE.`,
    });
  }
  const meant = option.replace(/^--/, '').replaceAll('-', '_');
  const remedy = Object.hasOwn(options, meant) ? `Write --${meant}.` : '';
  return new UsageError(`there is no option ${messageOf(option)}`, { remedy });
}
