/** What ipset(8) prints. */
import { FirewallError, messageOf, printable } from '../../core/errors.ts';
import { PrefixBuilder } from '../../core/prefix-builder.ts';
import { LineReader } from '../../core/prefix-line.ts';
import { emptyList, type PrefixList } from '../../core/prefix-list.ts';
import { toTable } from '../../core/prefix-sort.ts';
import { parsePrefix } from '../../core/prefix-text.ts';

/** A set of the host, without its entries. */
export interface SetHeader {
  readonly name: string;
  /** Such as `hash:ip`. */
  readonly type: string;
  /** The options it was created with, by name: `family` → `inet`. Options without a value have an empty one. */
  readonly options: ReadonlyMap<string, string>;
  readonly references: number;
  readonly entries: number;
  /** A number the kernel gave the set when it was created; empty where it does not tell. */
  readonly identity: string;
}

/**
 * Reads `ipset list -terse`:
 * ```
 * Name: TSblockaddr
 * Type: hash:ip
 * Revision: 6
 * Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x65de54f2
 * Size in memory: 216
 * References: 4
 * Number of entries: 2
 *
 * Name: …
 * ```
 * @throws FirewallError for a set without name or counts
 */
export function parseHeaders(text: string): readonly SetHeader[] {
  return text
    .split(/\n\s*\n/)
    .filter((block) => block.trim() !== '')
    .map(parseHeader);
}

function parseHeader(block: string): SetHeader {
  const fields = new Map(
    [...block.matchAll(/^([A-Za-z ]+): ?(.*)$/gm)].map(([, key, value]) => [key, value]),
  );
  const textOf = (field: string): string => fields.get(field) ?? '';
  const entries = countOf(textOf('Number of entries'));
  const references = countOf(textOf('References'));
  const name = textOf('Name');
  if (name === '' || entries === null || references === null) {
    throw new FirewallError(`ipset list: not a set: "${printable(block.slice(0, 80))}"`);
  }
  const options = parseOptions(textOf('Header'));
  const identity = options.get('initval') ?? '';
  return { name, type: textOf('Type'), options, references, entries, identity };
}

function countOf(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

const WITHOUT_VALUE = new Set(['counters', 'comment', 'skbinfo', 'forceadd']);

function parseOptions(text: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  const words = text.split(' ').filter((word) => word !== '');
  for (let i = 0; i < words.length; i += 1) {
    const name = words[i] as string;
    if (WITHOUT_VALUE.has(name)) options.set(name, '');
    else options.set(name, words[(i += 1)] ?? '');
  }
  return options;
}

/**
 * Reads `ipset save NAME`, whose entries are in no order:
 * ```
 * create TSblocknet hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xf8f48e15
 * add TSblocknet 198.51.100.0/24
 * add TSblocknet 203.0.113.7
 * ```
 * @returns the entries, sorted
 * @throws FirewallError naming the line, for an entry with anything behind its address (`timeout 300`, `nomatch`); when
 *   the last line is not whole
 */
export function parseMembers(text: string, name: string, family: 4 | 6): PrefixList {
  const bytes = wholeLines(text, name);
  const start = Buffer.from(`add ${name} `, 'latin1');
  const reader = new LineReader(bytes);
  const list = new PrefixBuilder(family, Math.ceil(bytes.length / (start.length + 14)));
  const header = reader.readLine();
  if (!header.startsWith(`create ${name} `)) throw badLine(name, 1, header);
  for (let line = 2; reader.at < bytes.length; line += 1) {
    if (!startsWith(bytes, reader.at, start)) throw badLine(name, line, reader.readLine());
    reader.at += start.length;
    if (family === 4 && reader.readPrefix4()) list.add4(reader.words[0] as number, reader.length);
    else if (family === 6 && reader.readPrefix6()) list.addWords6(reader.words, reader.length);
    else addUnusual(list, reader.readLine(), name, line);
  }
  const entries = list.toList();
  const table = family === 4 ? toTable(entries, emptyList(6)) : toTable(emptyList(4), entries);
  return family === 4 ? table.v4 : table.v6;
}

function wholeLines(text: string, name: string): Uint8Array {
  if (text.endsWith('\n')) return Buffer.from(text, 'latin1');
  throw new FirewallError(`reading the set ${name}: what ipset told was cut off`);
}

function startsWith(bytes: Uint8Array, at: number, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i += 1) {
    if (bytes[at + i] !== start[i]) return false;
  }
  return true;
}

/** An address such as `::ffff:192.0.2.1`. */
function addUnusual(list: PrefixBuilder, text: string, name: string, line: number): void {
  try {
    list.add(parsePrefix(text));
  } catch (cause) {
    throw badLine(name, line, `${text} (${messageOf(cause)})`);
  }
}

function badLine(name: string, line: number, text: string): FirewallError {
  const shown = printable(text.slice(0, 120));
  return new FirewallError(`reading the set ${name}, line ${line}: not an entry of ours: ${shown}`);
}
