/** Versions of a policy that can be told from each other, for the test that kills the portal. */
import { parseTable } from '../../src/core/prefix-text.ts';
import type { PrefixTable } from '../../src/core/prefix-list.ts';

/** What version `k` blocks and allows; each names its number in its last octet. */
export function versionOf(k: number): { readonly block: PrefixTable; readonly allow: PrefixTable } {
  const lines = Array.from({ length: 20_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
  const kept = lines.filter((_, i) => i % 7 !== k % 7);
  return {
    block: parseTable(Buffer.from([...kept, `203.0.113.${k % 256}`].join('\n'))),
    allow: parseTable(Buffer.from(`198.51.100.${k % 256}`)),
  };
}
