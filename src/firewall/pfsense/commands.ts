/** The pfctl(8) commands of the driver, as argv. */
type Argv = readonly [string, ...string[]];

const PFCTL = '/sbin/pfctl';

/** Limits of pf; see {@link parseTableLimit}. */
export const SHOW_LIMITS: Argv = [PFCTL, '-sm'];

/** All tables with the number of their entries; see {@link parseTableSizes}. */
export const SHOW_TABLES: Argv = [PFCTL, '-vvsTables'];

/** The loaded rules. Shows trackers since pfSense 2.6. */
export const SHOW_RULES: Argv = [PFCTL, '-sr'];

/** The loaded rules with their numbers; shows trackers up to pfSense 2.5. */
export const SHOW_NUMBERED_RULES: Argv = [PFCTL, '-vvsr'];

/** All states, one a line; see {@link parseStateAddresses}. */
export const SHOW_STATES: Argv = [PFCTL, '-ss'];

/** How many entries the kernel takes in one request. */
export const SHOW_REQUEST_LIMIT: Argv = ['/sbin/sysctl', '-n', 'net.pf.request_maxcount'];

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
