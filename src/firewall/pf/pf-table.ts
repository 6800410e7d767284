/** One table of pf, through pfctl(8). */
import { FirewallError, FormatError, printable } from '../../core/errors.ts';
import type { TableName } from '../../core/ports.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { EXPLAINED, killTable, replaceTable, showTable } from './commands.ts';
import { parseTableEntries, saysNoRoom, saysNoTable } from './parse.ts';

/** Our tables in pf, and the files that they are loaded from with the rules. */
export interface PfTables {
  readonly run: RunCommand;
  /** Their names in pf. */
  readonly names: Readonly<Record<TableName, string>>;
  readonly files: Readonly<Record<TableName, string>>;
  /** Where an administrator raises the limit of table entries: completes "Raise …". */
  readonly whereToRaise: string;
}

/** The table as pf holds it; null when there is none. @throws FirewallError when it holds something else than entries */
export async function readPfTable(run: RunCommand, name: string): Promise<PrefixTable | null> {
  const { stdout, stderr, exitCode } = await run(showTable(name), EXPLAINED);
  if (saysNoTable(stderr)) return null;
  if (exitCode !== 0) throw pfctlError(`reading the table ${name}`, stderr);
  try {
    return parseTableEntries(stdout);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FirewallError(`reading the table ${name}: ${cause.message}`, { cause });
  }
}

/** Makes the table hold exactly the entries of the file. @throws FirewallError; the table is then as it was */
export async function replacePfTable(
  { run, whereToRaise }: Pick<PfTables, 'run' | 'whereToRaise'>,
  name: string,
  file: string,
): Promise<void> {
  const { stderr, exitCode } = await run(replaceTable(name, file), EXPLAINED);
  if (exitCode === 0) return;
  const remedy = saysNoRoom(stderr) ? `Raise ${whereToRaise}.` : '';
  throw pfctlError(`replacing the table ${name}`, stderr, remedy);
}

/** Removes the table; one that is not there is fine. @throws FirewallError */
export async function killPfTable(run: RunCommand, name: string): Promise<void> {
  const { stderr, exitCode } = await run(killTable(name), EXPLAINED);
  if (exitCode !== 0 && !saysNoTable(stderr))
    throw pfctlError(`removing the table ${name}`, stderr);
}

/** What pfctl did not do, with what it said. */
export function pfctlError(what: string, stderr: string, remedy = ''): FirewallError {
  const said = printable(stderr.trim().slice(0, 400));
  return new FirewallError(`${what}: ${said === '' ? 'pfctl did not say why' : said}`, { remedy });
}
