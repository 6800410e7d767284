/** How many addresses a second can be looked up in a table of a million entries. */
import { createLookup } from '../src/core/prefix-lookup.ts';
import { PrefixBuilder } from '../src/core/prefix-builder.ts';
import { emptyList } from '../src/core/prefix-list.ts';
import { toTable } from '../src/core/prefix-sort.ts';
import { measureInTurn } from './support/measure.ts';
import { randomWords } from './support/random.ts';
import { ms, report } from './support/report.ts';

const ENTRIES = 1_000_000;
const LOOKUPS = 4_000_000;
const ROUNDS = 5;
const GOAL_MILLIONS = 2;

const random = randomWords(1);
const list = new PrefixBuilder(4, ENTRIES);
while (list.size < ENTRIES) list.add4(random(), random() % 10 < 8 ? 32 : 16 + (random() % 16));
const table = toTable(list.toList(), emptyList(6));

const start = performance.now();
const lookup = createLookup(table);
const prepareMs = performance.now() - start;

const addresses = Uint32Array.from({ length: LOOKUPS }, random);
const found: number[] = [];
const times = await measureInTurn([{ name: 'covers4', run: lookUpAll }], ROUNDS);
const medianMs = times.get('covers4') ?? NaN;

report(
  `look up ${LOOKUPS} addresses in ${table.v4.size} entries`,
  ['prepare', 'look-ups', 'found'],
  [
    {
      what: 'covers4',
      values: [ms(prepareMs), ms(medianMs), `${((100 * (found[0] ?? 0)) / LOOKUPS).toFixed(0)} %`],
      figure: LOOKUPS / medianMs / 1000,
      goal: GOAL_MILLIONS,
      unit: 'M/s',
    },
  ],
);

function lookUpAll(): void {
  let hits = 0;
  for (const address of addresses) if (lookup.covers4(address) >= 0) hits += 1;
  found.push(hits);
}
