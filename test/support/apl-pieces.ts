import type { PrefixTable } from '../../src/core/prefix-list.ts';
import { MAX_APL_ITEM_BYTES, writeAplItem } from '../../src/protocol/apl.ts';

/** Data of an APL record as DNS servers can hold it: with owner, question and signature the message stays below 65,535 bytes. */
const MAX_BYTES = 65_300;

/**
 * The table as data of APL records, in table order (IPv4, then IPv6), each piece at most `maxBytes`. An empty table gives
 * no piece.
 */
export function encodeApl(table: PrefixTable, maxBytes: number = MAX_BYTES): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const item = new Uint8Array(MAX_APL_ITEM_BYTES);
  let piece = new Uint8Array(maxBytes);
  let used = 0;
  for (const list of [table.v4, table.v6]) {
    for (let i = 0; i < list.size; i++) {
      const bytes = writeAplItem(list, i, item, 0);
      if (used + bytes > maxBytes) {
        pieces.push(piece.slice(0, used));
        piece = new Uint8Array(maxBytes);
        used = 0;
      }
      piece.set(item.subarray(0, bytes), used);
      used += bytes;
    }
  }
  if (used > 0) pieces.push(piece.slice(0, used));
  return pieces;
}
