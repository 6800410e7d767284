import type { ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from '../../core/errors.ts';
import type { Actor, Clock, Log } from '../../core/ports.ts';
import type { Environment } from '../../system/proxy-setting.ts';
import type { RunCommand } from '../../system/run-command.ts';
import type { Change } from '../model/change.ts';
import { openStore, type Store } from '../store.ts';

/** What `ts-portal` is given by its process. */
export interface PortalCommandContext {
  readonly clock: Clock;
  readonly log: Log;
  /** The folder when `--state` is not given; empty: it must be. */
  readonly stateDir: string;
  /** Environment variables, for the proxy of public feeds. */
  readonly environment: Environment;
  /** Who runs it, for the audit log. */
  readonly actor: Actor;
  readonly runCommand: RunCommand;
  print(text: string): void;
  printError(text: string): void;
  /** All of the standard input. */
  readInput(): Promise<Uint8Array>;
  /** A line that nobody sees: typed at the terminal without echo, else the first of the standard input. */
  readSecret(question: string): Promise<string>;
  /** The same for one that is new: typed twice. @throws AgentError when it is empty or the two differ */
  readNewSecret(question: string): Promise<string>;
  /** Resolves when the process is asked to end. */
  stopped(): Promise<void>;
}

/** The options of one call, as given. */
export type OptionValues = Readonly<
  Record<string, string | boolean | (string | boolean)[] | undefined>
>;

/** One command of `ts-portal`. */
export interface PortalCommand {
  /** The words that call it. */
  readonly words: readonly string[];
  /** Names of the arguments behind the words. */
  readonly operands: readonly string[];
  /** Its options beside `--state`. */
  readonly options: ParseArgsOptionsConfig;
  /** Its options as the help shows them. */
  readonly usage?: string;
  /** What it does, in whole sentences; one a line. */
  readonly about: readonly string[];
  /** @throws UsageError for a bad option; any other error means that it failed */
  run(
    context: PortalCommandContext,
    values: OptionValues,
    operands: readonly string[],
  ): Promise<void> | void;
}

/** An option with a text as its value. */
export const TEXT = { type: 'string' } as const;
/** An option that may be given several times, each with a text. */
export const TEXTS = { type: 'string', multiple: true } as const;
/** An option without a value. */
export const FLAG = { type: 'boolean' } as const;

/** The value of a {@link TEXT} option, or undefined. */
export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a {@link TEXTS} option. */
export function textsOf(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The words of a {@link TEXT} option, separated by blanks or commas, or undefined. */
export function wordsOf(values: OptionValues, name: string): readonly string[] | undefined {
  return textOf(values, name)
    ?.split(/[\s,]+/)
    .filter((word) => word !== '');
}

/** The value of a {@link TEXT} option as a number from 0, or undefined. @throws UsageError */
export function numberOf(values: OptionValues, name: string): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`--${name}: "${text}" is not a number`);
}

/** The value of a {@link TEXT} option that says yes or no, or undefined. @throws UsageError */
export function yesNoOf(values: OptionValues, name: string): boolean | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw usageError(`--${name} is yes or no`);
}

/** The folder of `--state`, which every command needs. @throws UsageError */
export function stateOf(values: OptionValues): string {
  const folder = textOf(values, 'state');
  if (folder === undefined || folder === '')
    throw usageError('--state DIR, or TS_PORTAL_STATE, is missing');
  return folder;
}

/** A mistake on the command line. */
export function usageError(why: string): UsageError {
  return new UsageError(why, { remedy: 'See "ts-portal help".' });
}

/** Opens the database for one piece of work; a server may run on it. */
export async function withStore<T>(
  values: OptionValues,
  work: (store: Store) => Promise<T> | T,
): Promise<T> {
  const store = openStore(stateOf(values));
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/** {@link withStore} for work that changes something. */
export function withChange<T>(
  context: PortalCommandContext,
  values: OptionValues,
  work: (change: Change) => Promise<T> | T,
): Promise<T> {
  const { clock, actor } = context;
  return withStore(values, (store) => work({ store, clock, actor }));
}
