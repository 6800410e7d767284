/** One table of pf, through pfctl(8). */
import { FirewallError, FormatError, printable } from '../../core/errors.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { killTable, replaceTable, showTable } from './commands.ts';
import { parseTableEntries, saysNoRoom, saysNoTable } from './parse.ts';

/** Exit codes of pfctl that its output explains. */
const EXPLAINED = { acceptExitCodes: [0, 1, 255] };

/** The table as pf holds it; null when there is none. @throws FirewallError when it holds something else than entries */
export async function readPfTable(run: RunCommand, name: string): Promise<PrefixTable | null> {
  const { stdout, stderr, exitCode } = await run(showTable(name), EXPLAINED);
  if (saysNoTable(stderr)) return null;
  if (exitCode !== 0) throw failed(`reading the table ${name}`, stderr);
  try {
    return parseTableEntries(stdout);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FirewallError(`reading the table ${name}: ${cause.message}`, { cause });
  }
}

/** Makes the table hold exactly the entries of the file. @throws FirewallError; the table is then as it was */
export async function replacePfTable(run: RunCommand, name: string, file: string): Promise<void> {
  const { stderr, exitCode } = await run(replaceTable(name, file), EXPLAINED);
  if (exitCode !== 0) throw failed(`replacing the table ${name}`, stderr);
}

/** Removes the table; one that is not there is fine. @throws FirewallError */
export async function killPfTable(run: RunCommand, name: string): Promise<void> {
  const { stderr, exitCode } = await run(killTable(name), EXPLAINED);
  if (exitCode !== 0 && !saysNoTable(stderr)) throw failed(`removing the table ${name}`, stderr);
}

function failed(what: string, stderr: string): FirewallError {
  const remedy = saysNoRoom(stderr)
    ? 'Raise Firewall Maximum Table Entries at System > Advanced, Firewall & NAT.'
    : '';
  const said = printable(stderr.trim().slice(0, 400));
  return new FirewallError(`${what}: ${said === '' ? 'pfctl did not say why' : said}`, { remedy });
}
