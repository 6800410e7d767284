/** A table as a file: one prefix a line, single addresses without a length, as pf's `-T replace -f` reads it. */
import { readFile, stat } from 'node:fs/promises';
import { FirewallError, FormatError, messageOf } from '../core/errors.ts';
import type { PrefixTable } from '../core/prefix-list.ts';
import { sizeOf } from '../core/prefix-list.ts';
import type { EnforcedTable, Staged } from '../core/ports.ts';
import { formatTable, parseTable } from '../core/prefix-text.ts';
import { setHash } from '../protocol/set-hash.ts';
import { stageFile } from '../system/atomic-file.ts';

/** An empty file would make pfSense drop the rules that use the table; a comment line does not. */
const NO_ENTRIES = '# no entries\n';

/** The table in a file; null when there is no file. @throws FirewallError when it holds something else than a table. */
export async function readTableFile(path: string): Promise<PrefixTable | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FirewallError(`reading the table ${path}: ${messageOf(cause)}`, { cause });
  }
  try {
    return parseTable(bytes);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FirewallError(`reading the table ${path}: ${cause.message}`, {
      remedy: 'Somebody else changed the file; "tsadmin update" writes it again.',
      cause,
    });
  }
}

/** Prepares a table file; see {@link stageFile}. */
export function stageTableFile(path: string, table: PrefixTable): Promise<Staged> {
  return stageFile(path, sizeOf(table) === 0 ? NO_ENTRIES : formatTable(table), 0o644);
}

/** Entries and hash of a table file; null when there is none. Reads it only when it changed since the last call. */
export type TableSummary = () => Promise<EnforcedTable | null>;

/** @param path the table file; errors are those of {@link readTableFile} */
export function createTableSummary(path: string): TableSummary {
  let seen = '';
  let summary: EnforcedTable | null = null;
  return async () => {
    const identity = await identityOf(path);
    if (identity === '' || identity !== seen) {
      const table = await readTableFile(path);
      summary = table === null ? null : { entries: sizeOf(table), hash: setHash(table) };
      seen = identity;
    }
    return summary;
  };
}

async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return '';
  }
}
