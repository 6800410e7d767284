/** What only the driver of OpenBSD asks of pfctl(8), read. */

/**
 * Whether pf filters.
 * ```
 * Status: Enabled for 0 days 00:12:33              Debug: err
 * ```
 */
export function parseEnabled(output: string): boolean {
  return /^Status: Enabled\b/m.test(output);
}

/**
 * Whether loaded rules keep packets from the table, and to it, back, whoever put them there.
 * ```
 * pass in quick from <ThreatSTOP-Allow> to any flags S/SA
 * block drop in log quick from <ThreatSTOP-Block> to any
 * block drop out log quick on em0 inet from any to <ThreatSTOP-Block>
 * ```
 * A rule without `in` or `out` is for both.
 */
export function blocksTable(rules: string, table: string): boolean {
  const lines = rules.split('\n').filter((line) => /^block\s/.test(line));
  const named = `<${table}>`;
  const from = lines.some((line) => !/ out /.test(line) && line.includes(` from ${named}`));
  const to = lines.some((line) => !/ in /.test(line) && line.includes(` to ${named}`));
  return from && to;
}

/** Why pfctl did not take a file of rules, without what it says of every file; the file by the name people know. */
export function reasonOf(stderr: string, file: string, shownAs: string): string {
  const lines = stderr.replaceAll(file, shownAs).split('\n');
  const said = lines.filter((line) => line !== '' && !/rules not loaded$/.test(line));
  return said.slice(0, 3).join('; ');
}
