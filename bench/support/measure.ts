/** One of the programs that a bench compares. */
export interface Contestant {
  readonly name: string;
  /** Does the work once, to its end. */
  readonly run: () => Promise<void> | void;
}

/**
 * Runs all contestants in turn, again and again, so that a change of the machine's load meets all of them.
 * @returns the median time of each, by name
 */
export async function measureInTurn(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, number>> {
  const timesMs = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of contestants) {
      const start = performance.now();
      await run();
      timesMs.get(name)?.push(performance.now() - start);
    }
  }
  return new Map([...timesMs].map(([name, times]) => [name, median(times)]));
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return (low + high) / 2;
}
