/** A table of the policy as the contents of its sets, and back. */
import { FirewallError } from '../../core/errors.ts';
import { difference, union } from '../../core/prefix-algebra.ts';
import { PrefixBuilder } from '../../core/prefix-builder.ts';
import { wordsOf, type PrefixList, type PrefixTable } from '../../core/prefix-list.ts';
import { compareEntries, maskOf } from '../../core/prefix-order.ts';
import { hasEntry } from '../../core/prefix-search.ts';
import { toTable } from '../../core/prefix-sort.ts';
import { parsePrefix } from '../../core/prefix-text.ts';

/** What the sets of single addresses and the sets of networks hold, of both families. */
export interface SetContents {
  readonly addr: PrefixTable;
  readonly net: PrefixTable;
}

/** Each network, and the single address that says that it is an entry. */
interface Mark {
  readonly network: string;
  readonly mark: string;
}

/**
 * A set of networks cannot hold `0.0.0.0/0` or `::/0` (ipset(8), hash:net): both halves stand for it. That this is
 * meant, and which half is an entry of its own, is told by single addresses, which otherwise never are in a set
 * of networks and change nothing there, as the halves contain them. (A set of addresses cannot hold `0.0.0.0` or `::`,
 * so those two are kept with the networks.)
 */
const EVERYTHING: readonly { readonly all: Mark; readonly halves: readonly Mark[] }[] = [
  {
    all: { network: '0.0.0.0/0', mark: '0.0.0.1' },
    halves: [
      { network: '0.0.0.0/1', mark: '0.0.0.2' },
      { network: '128.0.0.0/1', mark: '128.0.0.1' },
    ],
  },
  {
    all: { network: '::/0', mark: '::1' },
    halves: [
      { network: '::/1', mark: '::2' },
      { network: '8000::/1', mark: '8000::1' },
    ],
  },
];

/** Parts a table into single addresses and networks, as the sets can hold them. */
export function partTable(table: PrefixTable): SetContents {
  const v4 = partList(table.v4, 32);
  const v6 = partList(table.v6, 128);
  const net = EVERYTHING.reduce(splitEverything, { v4: v4.net, v6: v6.net });
  return { addr: { v4: v4.addr, v6: v6.addr }, net };
}

/** The table that was parted. Other entries are kept as they are. */
export function joinContents({ addr, net }: SetContents): PrefixTable {
  return union(addr, joinNetworks(net));
}

/** The networks of the table that was parted. */
export function joinNetworks(net: PrefixTable): PrefixTable {
  return EVERYTHING.reduce(joinEverything, net);
}

/**
 * ipset is never given what was not checked: it looks up a text that is no address as a host name.
 * @throws FirewallError when columns and size differ, or entries are out of order, doubled or have host bits
 */
export function requireSound(list: PrefixList): void {
  const { family, size, words, lengths } = list;
  if (lengths.length !== size || words.length !== size * wordsOf(family)) {
    throw notSound(family, 'its columns differ in length');
  }
  for (let i = 0; i < size; i += 1) {
    const inOrder = i === 0 || compareEntries(list, i - 1, list, i) < 0;
    if (!inOrder || !isPrefix(list, i)) throw notSound(family, `entry ${i} of ${size}`);
  }
}

function notSound(family: 4 | 6, what: string): FirewallError {
  return new FirewallError(`the IPv${family} table of the policy is damaged: ${what}`, {
    remedy: 'Run "tsadmin update" to read the policy again.',
  });
}

function isPrefix({ family, words, lengths }: PrefixList, index: number): boolean {
  const length = lengths[index] as number;
  const count = wordsOf(family);
  if (length > count * 32) return false;
  for (let word = 0; word < count; word += 1) {
    const bits = Math.max(0, Math.min(length - word * 32, 32));
    if (((words[index * count + word] as number) & ~maskOf(bits)) !== 0) return false;
  }
  return true;
}

function partList(list: PrefixList, longest: number): Record<keyof SetContents, PrefixList> {
  const addr = new PrefixBuilder(list.family, list.size);
  const net = new PrefixBuilder(list.family);
  for (let i = 0; i < list.size; i += 1) {
    const isAddress = list.lengths[i] === longest && !isZero(list, i);
    (isAddress ? addr : net).addEntry(list, i);
  }
  return { addr: addr.toList(), net: net.toList() };
}

function isZero({ family, words }: PrefixList, index: number): boolean {
  const count = wordsOf(family);
  for (let word = 0; word < count; word += 1) {
    if (words[index * count + word] !== 0) return false;
  }
  return true;
}

function splitEverything(
  net: PrefixTable,
  { all, halves }: (typeof EVERYTHING)[number],
): PrefixTable {
  if (!has(net, all.network)) return net;
  const marks = halves.filter(({ network }) => has(net, network)).map(({ mark }) => mark);
  const networks = halves.map(({ network }) => network);
  return union(without(net, [all.network]), tableOf([...networks, all.mark, ...marks]));
}

function joinEverything(
  net: PrefixTable,
  { all, halves }: (typeof EVERYTHING)[number],
): PrefixTable {
  const complete = halves.every(({ network }) => has(net, network));
  if (!complete || !has(net, all.mark)) return net;
  const own = halves.filter(({ mark }) => has(net, mark));
  const encoded = [
    all.mark,
    ...halves.map(({ network }) => network),
    ...own.map(({ mark }) => mark),
  ];
  return union(without(net, encoded), tableOf([all.network, ...own.map(({ network }) => network)]));
}

function has(table: PrefixTable, text: string): boolean {
  return hasEntry(table, parsePrefix(text));
}

function without(table: PrefixTable, texts: readonly string[]): PrefixTable {
  return difference(tableOf(texts), table).added;
}

function tableOf(texts: readonly string[]): PrefixTable {
  const lists = { 4: new PrefixBuilder(4), 6: new PrefixBuilder(6) };
  for (const prefix of texts.map(parsePrefix)) lists[prefix.family].add(prefix);
  return toTable(lists[4].toList(), lists[6].toList());
}
