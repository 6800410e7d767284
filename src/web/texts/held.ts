/** What would change in a table, as numbers with thousands separators. */
interface ChangeCounts {
  readonly before: string;
  readonly after: string;
  readonly added: string;
  readonly removed: string;
}

/** Texts of a policy that is held back. */
export const heldTexts = {
  title: 'It would change',
  change: (table: string, { before, after, added, removed }: ChangeCounts): string =>
    `${table}: ${before} entries become ${after} (${added} added, ${removed} removed)`,
  accept: 'Accept this policy',
  accepting: 'Enforcing…',
} as const;
