/** A table as a file: one prefix a line, single addresses without a length, as pf's `-T replace -f` reads it. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { FirewallError, FormatError, messageOf } from '../core/errors.ts';
import type { PrefixTable } from '../core/prefix-list.ts';
import { sizeOf } from '../core/prefix-list.ts';
import type { EnforcedTable, Staged } from '../core/ports.ts';
import { tableLines, TableParser } from '../core/prefix-text.ts';
import { tableBytes } from '../protocol/table-bytes.ts';
import { removeFile, removeLeftovers, stageFile, writeFileAtomic } from '../system/atomic-file.ts';
import { identityOf } from '../system/file-memo.ts';
import { readTextOrNull } from '../system/read-text.ts';

/** An empty file would make pfSense drop the rules that use the table; a comment line does not. */
const NO_ENTRIES = '# no entries\n';

/** Bytes read and parsed at once, so that a large table does not hold up the event loop; longer than any line. */
const PIECE = 65_536;
const NEWLINE = 10;

/** The table in a file; null when there is no file. @throws FirewallError when it holds something else than a table. */
export async function readTableFile(path: string): Promise<PrefixTable | null> {
  try {
    const file = await open(path, 'r');
    try {
      return await readTable(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FirewallError(`reading the table ${path}: ${messageOf(cause)}`, {
      remedy: cause instanceof FormatError ? OTHERS_REMEDY : '',
      cause,
    });
  }
}

const OTHERS_REMEDY = 'Somebody else changed the file; "tsadmin update" writes it again.';

async function readTable(file: FileHandle): Promise<PrefixTable> {
  const { size } = await file.stat();
  const parser = new TableParser(size);
  const piece = new Uint8Array(PIECE);
  let kept = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, kept, PIECE - kept, null);
    const filled = kept + bytesRead;
    const end = bytesRead === 0 ? filled : endOfLines(piece, filled);
    parser.add(piece.subarray(0, end));
    if (bytesRead === 0) return parser.finish();
    piece.copyWithin(0, end, filled);
    kept = filled - end;
  }
}

/** The end of the last whole line; no line of a table fills a piece, so one that does is given out as it is. */
function endOfLines(piece: Uint8Array, filled: number): number {
  const end = piece.lastIndexOf(NEWLINE, filled - 1) + 1;
  return end === 0 && filled === PIECE ? filled : end;
}

/** Prepares a table file, after what killed runs left beside it was removed; see {@link stageFile}. */
export async function stageTableFile(path: string, table: PrefixTable): Promise<Staged> {
  await removeLeftovers(path);
  return stageFile(path, sizeOf(table) === 0 ? NO_ENTRIES : tableLines(table), 0o644);
}

/** Removes a table file and what killed runs left beside it. @throws HostError */
export async function removeTableFile(path: string): Promise<void> {
  await removeLeftovers(path);
  await removeFile(path);
}

/** Entries and hash of a table file; null when there is none. Reads it only when it changed since the last call. */
export type TableSummary = () => Promise<EnforcedTable | null>;

/**
 * @param path the table file; errors are those of {@link readTableFile}
 * @param known a file for what was read, so that no other process or thread reads the same table again
 */
export function createTableSummary(path: string, known: string): TableSummary {
  let seen = '';
  let summary: Promise<EnforcedTable | null> = Promise.resolve(null);
  return async () => {
    const identity = identityOf(path);
    if (identity === '' || identity !== seen) {
      seen = identity;
      summary = summarize(path, identity, known);
      summary.catch(() => {
        seen = '';
      });
    }
    return summary;
  };
}

/** What was read of a table file. */
type Known = EnforcedTable & { readonly identity: string };

async function summarize(
  path: string,
  identity: string,
  knownAt: string,
): Promise<EnforcedTable | null> {
  const known = await readKnown(knownAt);
  if (identity !== '' && known?.identity === identity) {
    return { entries: known.entries, hash: known.hash };
  }
  const table = await readTableFile(path);
  if (table === null) return null;
  const summary = { entries: sizeOf(table), hash: await setHashInTurns(table) };
  // Changed while it was read: what was read is of no use to others.
  if (identityOf(path) === identity) await keepKnown(knownAt, { ...summary, identity });
  return summary;
}

/** Null for anything that cannot be used: the table is read then. */
async function readKnown(path: string): Promise<Known | null> {
  try {
    return JSON.parse((await readTextOrNull(path)) ?? 'null') as Known | null;
  } catch {
    return null;
  }
}

/** As long as it can: it saves work, and nothing else. */
async function keepKnown(path: string, known: Known): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(known), 0o600).catch(() => undefined);
}

/** The set hash, for the service's own thread: other work gets its turn between pieces. */
async function setHashInTurns(table: PrefixTable): Promise<string> {
  const hash = createHash('sha256');
  for (const piece of tableBytes(table)) {
    hash.update(piece);
    await setImmediate();
  }
  return hash.digest('hex');
}
