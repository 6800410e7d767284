/**
 * Aggregates 2 M random prefixes, file to file, each time in a new process: the agent's code against `iprange` (C).
 * The outputs must be the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrefixBuilder } from '../src/core/prefix-builder.ts';
import { emptyList } from '../src/core/prefix-list.ts';
import { formatTable } from '../src/core/prefix-text.ts';
import { measureInTurn } from './support/measure.ts';
import { randomAddress4, randomWords } from './support/random.ts';
import { ms, report, type Row } from './support/report.ts';

const ENTRIES = 2_000_000;
const ROUNDS = 5;
const GOAL = 1.8;
const OURS = join(import.meta.dirname, 'support', 'compact-file.ts');

/** Prefix lengths of the inputs, as a function of a random word. */
const INPUTS: Readonly<Record<string, (word: number) => number>> = {
  'half addresses, half /16 to /32': (word) => (word % 2 === 0 ? 32 : 16 + ((word >>> 1) % 17)),
  'as in policies: 85 % addresses, rest /20 to /31': (word) =>
    word % 100 < 85 ? 32 : 20 + ((word >>> 8) % 12),
};

const folder = mkdtempSync(join(tmpdir(), 'bench-aggregate-'));
try {
  const rows: Row[] = [];
  for (const [what, lengthOf] of Object.entries(INPUTS)) rows.push(await compare(what, lengthOf));
  report(`aggregate, ${ENTRIES} entries`, ['ours', 'iprange'], rows);
} finally {
  rmSync(folder, { recursive: true });
}

async function compare(what: string, lengthOf: (word: number) => number): Promise<Row> {
  const input = join(folder, 'input');
  const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
  writeFileSync(input, randomInput(lengthOf));
  const times = await measureInTurn(
    [
      { name: 'ours', run: () => runTo(ours, process.execPath, [OURS, input]) },
      { name: 'iprange', run: () => runTo(theirs, 'iprange', [input]) },
    ],
    ROUNDS,
  );
  if (!readFileSync(ours).equals(readFileSync(theirs))) throw new Error(`${what}: outputs differ`);
  const [oursMs = NaN, theirsMs = NaN] = [times.get('ours'), times.get('iprange')];
  const values = [ms(oursMs), ms(theirsMs)];
  return { what, values, figure: theirsMs / oursMs, goal: GOAL, unit: 'x faster' };
}

/** Prefixes in random order, one a line. */
function randomInput(lengthOf: (word: number) => number): Uint8Array {
  const random = randomWords(1);
  const list = new PrefixBuilder(4, ENTRIES);
  for (let i = 0; i < ENTRIES; i += 1) list.add4(randomAddress4(random), lengthOf(random()));
  return formatTable({ v4: list.toList(), v6: emptyList(6) });
}

function runTo(output: string, program: string, args: readonly string[]): void {
  const file = openSync(output, 'w');
  const { status, error } = spawnSync(program, args, {
    stdio: ['ignore', file, 'inherit'],
    // The package holds compiled JavaScript; from the second run on this makes up for compiling here.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });
  closeSync(file);
  if (status !== 0) throw new Error(`${program} failed`, { cause: error });
}
