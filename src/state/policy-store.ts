import { createHash, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';
import type { PrefixList, PrefixTable } from '../core/prefix-list.ts';
import type { KeptPolicy, PolicyStore } from '../core/ports.ts';
import {
  blankList,
  HEADER_BYTES,
  readListHeader,
  tableBytes,
  toHostOrder,
} from '../protocol/table-bytes.ts';
import { removeFile, writeFileAtomic } from '../system/atomic-file.ts';
import { createWholeCheck } from './whole-check.ts';

/** Bytes read and hashed at once, within a millisecond, so that a large table does not hold up the event loop; whole words. */
const PIECE = 1_048_576;

/**
 * The tables of policies, one file each, named after its content: `<set hash>.table`. `sha256sum` of a file prints its
 * name. A file is whole or does not count; which ones matter is said by the policy history, not by the folder. Takes 5
 * bytes an IPv4 entry and 17 an IPv6 entry.
 * @param folder on a disk that survives a reboot
 */
export function createPolicyStore(folder: string): PolicyStore {
  const pathOf = (hash: string): string => join(folder, `${hash}.table`);
  const loadTable = (hash: string) => readTable(pathOf(hash), hash);
  const isWhole = createWholeCheck();
  return {
    save: (table, hash) => writeFileAtomic(pathOf(hash), tableBytes(table)),
    // At once, as small files are read: pages ask.
    has: (policy) => Promise.resolve(hashesOf(policy).every((hash) => existsSync(pathOf(hash)))),
    async load({ tables }) {
      const block = await loadTable(tables.block.hash);
      if (block === null) return null;
      const allow = await loadTable(tables.allow.hash);
      return allow === null ? null : { block, allow };
    },
    loadTable,
    async dropDamaged(policy) {
      let dropped = 0;
      for (const hash of hashesOf(policy)) {
        if (await isWhole(pathOf(hash), hash)) continue;
        await removeFile(pathOf(hash));
        dropped += 1;
      }
      return dropped;
    },
    keepOnly: (policies) => removeOthers(folder, policies.flatMap(hashesOf)),
    clear: () => removeOthers(folder, []),
  };
}

/** All tables of a policy, each once. */
function hashesOf({ tables, listTables, local }: KeptPolicy): readonly string[] {
  const base = local === undefined ? [] : [local.base.block, local.base.allow];
  const all = [tables.block, tables.allow, ...listTables.block, ...listTables.allow, ...base];
  return [...new Set(all.map(({ hash }) => hash))];
}

async function removeOthers(folder: string, hashes: readonly string[]): Promise<void> {
  const kept = new Set(hashes.map((hash) => `${hash}.table`));
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (!kept.has(name)) await removeFile(join(folder, name));
}

/** The table in a file; null when there is none or its content is not what its name says. */
async function readTable(path: string, expected: string): Promise<PrefixTable | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { cause });
  }
  try {
    return await readLists(file, expected);
  } catch (cause) {
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { cause });
  } finally {
    await file.close();
  }
}

async function readLists(file: FileHandle, expected: string): Promise<PrefixTable | null> {
  const hash = createHash('sha256');
  const { size } = await file.stat();
  const v4 = await readList(file, { at: 0, size }, hash);
  if (v4 === null) return null;
  const v6 = await readList(file, { at: v4.end, size }, hash);
  if (v6?.end !== size || hash.digest('hex') !== expected) return null;
  return { v4: v4.list, v6: v6.list };
}

/** Where a list begins in its file, and the size of the file. */
interface Place {
  readonly at: number;
  readonly size: number;
}

async function readList(
  file: FileHandle,
  { at, size }: Place,
  hash: Hash,
): Promise<{ list: PrefixList; end: number } | null> {
  const start = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(start, 0, HEADER_BYTES, at);
  const header = readListHeader(start.subarray(0, bytesRead));
  if (header === null) return null;
  const bytesPerEntry = header.family === 4 ? 5 : 17;
  const end = at + header.length + header.size * bytesPerEntry;
  if (end > size) return null;
  hash.update(start.subarray(0, header.length));
  const list = blankList(header);
  const { words, lengths } = list;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const lengthsAt = at + header.length + bytes.length;
  await readPieces(bytes, file, at + header.length, (piece) => {
    hash.update(piece);
    toHostOrder(new Uint32Array(piece.buffer, piece.byteOffset, piece.length / 4));
  });
  await readPieces(lengths, file, lengthsAt, (piece) => void hash.update(piece));
  return { list, end };
}

/** Fills the bytes from the file in whole pieces; `take` gets each while the others are still to come. */
async function readPieces(
  bytes: Uint8Array,
  file: FileHandle,
  start: number,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    await fill(piece, file, start + at);
    take(piece);
  }
}

/** What is behind the end of the file stays zero; the hash then is another. */
async function fill(piece: Uint8Array, file: FileHandle, start: number): Promise<void> {
  for (let at = 0; at < piece.length;) {
    const { bytesRead } = await file.read(piece, at, piece.length - at, start + at);
    if (bytesRead === 0) return;
    at += bytesRead;
  }
}
