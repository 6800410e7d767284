import { createHash } from 'node:crypto';
import type { PrefixTable } from '../core/prefix-list.ts';
import { tableBytes } from './table-bytes.ts';

/**
 * The fingerprint of a table's entries: SHA-256, hex, over {@link tableBytes}. Equal tables have equal hashes on
 * every machine. Agent and portal compare it.
 */
export function setHash(table: PrefixTable): string {
  const hash = createHash('sha256');
  for (const piece of tableBytes(table)) hash.update(piece);
  return hash.digest('hex');
}
