/** The commands that are alike for everything that the portal keeps under a name. */
import type { Change } from '../model/change.ts';
import type { Store } from '../store.ts';
import { withChange, withStore, type PortalCommand } from './command.ts';
import { JSON_OPTION, columns, printResult } from './output.ts';

/** What is removed. */
export interface Removal {
  /** First word of the command, e.g. `feed`. */
  readonly word: string;
  /** What it is called when it was removed. Default: the word. */
  readonly kind?: string;
  readonly about: string;
  /** @throws AgentError when there is none of that name, or it is in use */
  readonly remove: (change: Change, name: string) => void;
}

/** `ts-portal WORD remove NAME`. */
export function removeCommand({ word, kind = word, about, remove }: Removal): PortalCommand {
  return {
    words: [word, 'remove'],
    operands: ['NAME'],
    options: {},
    about: [about],
    run: (context, values, [name = '']) =>
      withChange(context, values, (change) => {
        remove(change, name);
        context.print(`${kind} ${name}: removed\n`);
      }),
  };
}

/** What is listed. */
export interface Listing<T> {
  /** First word of the command, e.g. `feed`. */
  readonly word: string;
  readonly about: string;
  readonly all: (store: Store) => readonly T[];
  readonly head: readonly string[];
  /** The cells below the head. */
  readonly rowOf: (store: Store) => (one: T) => readonly string[];
}

/** `ts-portal WORD list`. */
export function listCommand<T>({ word, about, all, head, rowOf }: Listing<T>): PortalCommand {
  return {
    words: [word, 'list'],
    operands: [],
    options: JSON_OPTION,
    usage: '[--json]',
    about: [about],
    run: (context, values) =>
      withStore(values, (store) => {
        printResult(context, values, all(store), (found) =>
          columns([head, ...found.map(rowOf(store))]),
        );
      }),
  };
}
