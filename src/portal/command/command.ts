import type { ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { openStore, type Store } from '../store.ts';

/** What `ts-portal` is given by its process. */
export interface PortalCommandContext {
  readonly clock: Clock;
  readonly log: Log;
  print(text: string): void;
  printError(text: string): void;
  /** Resolves when the process is asked to end. */
  stopped(): Promise<void>;
}

/** The options of one call, as given. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** One command of `ts-portal`. */
export interface PortalCommand {
  /** The words that call it. */
  readonly words: readonly string[];
  /** Names of the arguments behind the words. */
  readonly operands: readonly string[];
  /** Its options beside `--state`. */
  readonly options: ParseArgsOptionsConfig;
  /** @throws UsageError for a bad option; any other error means that it failed */
  run(
    context: PortalCommandContext,
    values: OptionValues,
    operands: readonly string[],
  ): Promise<void>;
}

/** An option with a text as its value. */
export const TEXT = { type: 'string' } as const;

/** The value of a {@link TEXT} option, or undefined. */
export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The folder of `--state`, which every command needs. @throws UsageError */
export function stateOf(values: OptionValues): string {
  const folder = textOf(values, 'state');
  if (folder === undefined || folder === '') throw usageError('--state DIR is missing');
  return folder;
}

/** A mistake on the command line. */
export function usageError(why: string): UsageError {
  return new UsageError(why, { remedy: 'See "ts-portal help".' });
}

/** Opens the database for one piece of work; a server may run on it. */
export async function withStore<T>(
  stateDir: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = openStore(stateDir);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
