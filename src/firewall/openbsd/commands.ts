/** The commands that only OpenBSD has, as argv. */
import { PFCTL, type Argv } from '../pf/commands.ts';

/** Whether pf filters; see {@link parseEnabled}. */
export const SHOW_INFO: Argv = [PFCTL, '-si'];

/** Reads rules as `pfctl -f` would and loads nothing. */
export function checkRules(file: string): Argv {
  return [PFCTL, '-nf', file];
}

/** Loads rules, options and tables of the file in one transaction: all of it, or nothing. */
export function loadRules(file: string): Argv {
  return [PFCTL, '-f', file];
}
