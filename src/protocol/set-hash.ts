import { createHash } from 'node:crypto';
import type { PrefixTable } from '../core/prefix-list.ts';

/**
 * The fingerprint of a table's entries: SHA-256, hex, over the columns of both families. Equal tables
 * have equal hashes on every machine (words are hashed big-endian). Agent and portal compare it.
 */
export function setHash(table: PrefixTable): string {
  const hash = createHash('sha256');
  for (const list of [table.v4, table.v6]) {
    const words = Buffer.from(list.words.buffer, list.words.byteOffset, list.words.byteLength);
    hash.update(`${list.family}:${list.size}\n`);
    hash.update(Buffer.from(words).swap32());
    hash.update(list.lengths);
  }
  return hash.digest('hex');
}
