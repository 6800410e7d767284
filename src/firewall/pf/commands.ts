/** The pfctl(8) commands that FreeBSD and OpenBSD have in common, as argv. */

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]];

/** The program. */
export const PFCTL = '/sbin/pfctl';

/** Exit codes of pfctl that its output explains. */
export const EXPLAINED = { acceptExitCodes: [0, 1, 255] };

/** Limits of pf; see {@link parseTableLimit}. */
export const SHOW_LIMITS: Argv = [PFCTL, '-sm'];

/** All tables with the number of their entries; see {@link parseTableSizes}. */
export const SHOW_TABLES: Argv = [PFCTL, '-vvsTables'];

/** The loaded rules. */
export const SHOW_RULES: Argv = [PFCTL, '-sr'];

/** All states, one a line; see {@link parseStateAddresses}. */
export const SHOW_STATES: Argv = [PFCTL, '-ss'];

/** The entries of a table, one a line. */
export function showTable(table: string): Argv {
  return [PFCTL, '-t', table, '-T', 'show'];
}

/** Makes the table hold exactly the entries of the file, in one step; makes the table where there is none. */
export function replaceTable(table: string, file: string): Argv {
  return [PFCTL, '-q', '-t', table, '-T', 'replace', '-f', file];
}

/** Removes the table. */
export function killTable(table: string): Argv {
  return [PFCTL, '-q', '-t', table, '-T', 'kill'];
}

/** Ends the states from the address, and those to it. */
export function killStates(address: string): readonly [Argv, Argv] {
  const anywhere = address.includes(':') ? '::/0' : '0.0.0.0/0';
  return [
    [PFCTL, '-k', address],
    [PFCTL, '-k', anywhere, '-k', address],
  ];
}
