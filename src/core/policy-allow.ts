import { noteEntries } from './policy-notes.ts';
import type { StepResult } from './policy-options.ts';
import type { PolicyTables } from './ports.ts';
import { disjoint, overlapping, subtract } from './prefix-algebra.ts';

/** Takes every allowed address out of the block table. */
export function subtractAllowed({ block, allow }: PolicyTables): StepResult {
  const notes = [
    ...noteEntries(disjoint(allow, block), (named) => ({ kind: 'allow-without-effect', ...named })),
    ...noteEntries(overlapping(block, allow), (named) => ({ kind: 'removed-by-allow', ...named })),
  ];
  return { tables: { block: subtract(block, allow), allow }, notes };
}
