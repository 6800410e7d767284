/** One line of a bench's table. */
export interface Row {
  readonly what: string;
  /** The measured values with their units. */
  readonly values: readonly string[];
  /** The figure that is held against the goal. */
  readonly figure: number;
  /** The least figure that is good. */
  readonly goal: number;
  readonly unit: string;
}

/**
 * Prints the rows as one table and sets the exit code of the process to 1 when a goal is missed.
 * @param columns headings of `values`
 */
export function report(title: string, columns: readonly string[], rows: readonly Row[]): void {
  const lines = [
    [title, ...columns, 'result', 'goal', ''],
    ...rows.map((row) => [
      row.what,
      ...row.values,
      `${row.figure.toFixed(2)} ${row.unit}`,
      `>= ${row.goal} ${row.unit}`,
      row.figure >= row.goal ? 'ok' : 'MISSED',
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
  }
  if (rows.some(({ figure, goal }) => figure < goal)) process.exitCode = 1;
}

/** Milliseconds as text. */
export function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
