import type { CommandContext } from './context.ts';

/** One `--option` of a command: what `node:util` parseArgs needs, and what people are told about it. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Sentences for help and manual page. */
  readonly description: string;
  /** Name of the value in help texts, e.g. `DIR`; `VALUE` without it. */
  readonly argument?: string;
  /** The only values there are, for shell completion. */
  readonly choices?: readonly string[];
  /** Its value may start with `--` (`--logopts --log-uid`). */
  readonly dashValues?: boolean;
  /** May be given without a value, which then means `yes` (`--load_br_netfilter`). */
  readonly yesWithoutValue?: boolean;
}

/** Options by name, without the leading `--`. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** Values of the options that were given. */
export type CommandValues = Readonly<Record<string, string | boolean | undefined>>;

/** How many words beside the options a command takes. */
export interface Positionals {
  readonly min: number;
  readonly max: number;
}

/** A subcommand of `tsadmin`. */
export interface Command {
  readonly name: string;
  /** What follows `tsadmin` on the command line, e.g. `lookup ADDRESS`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for `tsadmin help <name>` and the manual page. */
  readonly details: readonly string[];
  readonly options: CommandOptions;
  /** None without it. */
  readonly positionals?: Positionals;
  /**
   * Does the work; returns the exit code (0 done, 1 failed).
   * @throws UsageError (exit code 2) or another AgentError (exit code 1)
   */
  run(
    context: CommandContext,
    values: CommandValues,
    positionals: readonly string[],
  ): Promise<number>;
}
