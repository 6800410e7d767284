/** Policies of the sizes that the benches use, as lines of a zone. */
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { formatTable } from '../../src/core/prefix-text.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import { aplList } from '../../test/support/policy-zone.ts';
import { randomAddress4, randomWords } from './random.ts';

/** IPv4 items of one APL record: 8 bytes each, below 65,300 together. */
const PER_SUB_LIST = 8_000;
/** IPv6 items are up to 20 bytes. */
const PER_SUB_LIST_6 = 3_000;

/** A list of this many prefixes of each family, 85 % of them single addresses, as PTR and APL lines. */
export function policyLines(name: string, entries4: number, entries6: number): string[] {
  const random = randomWords(entries4);
  const v4 = new PrefixBuilder(4, entries4);
  const v6 = new PrefixBuilder(6, entries6);
  for (let i = 0; i < entries4; i += 1) {
    const word = random();
    v4.add4(randomAddress4(random), word % 100 < 85 ? 32 : 20 + ((word >>> 8) % 12));
  }
  for (let i = 0; i < entries6; i += 1) {
    v6.add6(0x20010000 | (random() & 0xffff), random(), random(), random(), 48 + (random() % 81));
  }
  const texts = Buffer.from(formatTable(toTable(v4.toList(), v6.toList()))).toString('latin1');
  const prefixes = texts.trim().split('\n');
  const is6 = (prefix: string) => prefix.includes(':');
  return [
    ...aplList(
      name,
      prefixes.filter((prefix) => !is6(prefix)),
      PER_SUB_LIST,
    ),
    ...(entries6 === 0 ? [] : subLists6(name, prefixes.filter(is6))),
  ];
}

/** The IPv6 sub-lists, named apart from the IPv4 ones, below the same list. */
function subLists6(name: string, prefixes: readonly string[]): string[] {
  const lines = aplList(`${name}-six`, prefixes, PER_SUB_LIST_6);
  return lines.map((line) => line.replace(new RegExp(`^${name}-six IN PTR`), `${name} IN PTR`));
}
