/** What only the pfctl(8) of pfSense prints, read. Samples are of pfSense 2.5 to 2.8. */

/**
 * The trackers of the loaded rules.
 * ```
 * block drop in log quick on em0 inet from <ThreatSTOP_block> to any ridentifier 1770000101
 * @71(1770000101) block drop in log quick on em0 inet from <ThreatSTOP_block:3> to any
 * ```
 */
export function parseTrackers(output: string): ReadonlySet<number> {
  const found = output.matchAll(
    /^@\d+\((?<numbered>\d+)\)|\s(?:ridentifier|tracker) (?<named>\d+)(?=\s|$)/gm,
  );
  return new Set([...found].map(({ groups }) => Number(groups?.['numbered'] ?? groups?.['named'])));
}
