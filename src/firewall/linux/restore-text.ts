/** The text for `ipset restore` that does all changes of an apply. */
import { overlapping } from '../../core/prefix-algebra.ts';
import { emptyList, type PrefixList } from '../../core/prefix-list.ts';
import { writePrefix4, writePrefix6 } from '../../core/prefix-write.ts';
import { pairOf, type SetChange } from './set-changes.ts';
import { temporaryName, type SetRole } from './set-names.ts';

/** Entries that are added to, or taken out of, a set. */
interface EntryLines {
  readonly verb: 'add' | 'del';
  readonly name: string;
  readonly entries: PrefixList;
}

type Part = string | EntryLines;

/**
 * Writes the text; an empty one when there is nothing to do.
 *
 * New sets are filled first and put in place last, so that a line which fails leaves the sets in force as they were. At
 * every moment an address that is blocked before and after is in one of the sets: entries are added before others are
 * taken out, networks change places before addresses, and a network that goes while one of its addresses comes in by
 * a new set stays until that is in place.
 * @param leftovers temporary sets that a killed run left
 */
export function writeRestore(
  changes: readonly SetChange[],
  leftovers: readonly string[],
): Uint8Array {
  const made = changes.filter(({ way }) => way === 'create' || way === 'replace');
  const changed = changes.filter(({ way }) => way === 'change');
  const held = made.map((change) => ({ change, heldOver: heldOver(change, changes) }));
  return write([
    ...leftovers.map((name) => `destroy ${name}\n`),
    ...held.flatMap(({ change, heldOver: kept }) => fillNew(change, kept)),
    ...changed.map(({ name, added }) => lines('add', name, added)),
    ...made.filter(isNet).map(putInPlace),
    ...made.filter((change) => !isNet(change)).map(putInPlace),
    ...held.map(({ change: { name }, heldOver: kept }) => lines('del', name, kept)),
    ...changed.map(({ name, removed }) => lines('del', name, removed)),
    ...made
      .filter(({ way }) => way === 'replace')
      .map(({ name }) => `destroy ${temporaryName(name)}\n`),
  ]);
}

/** How many entries a set is made for: room for a quarter more, so that most refreshes need no new set. */
export function roomFor(entries: number): number {
  return Math.max(65_536, 2 ** Math.ceil(Math.log2(Math.max(1, entries) * 1.25)));
}

function isNet({ role }: SetChange): boolean {
  return role.kind === 'net';
}

/** The networks that stay for a moment, because addresses in them come in by a new set. */
function heldOver({ role, removed }: SetChange, changes: readonly SetChange[]): PrefixList {
  const addresses = changes.find((other) => isBeside(other.role, role));
  if (role.kind !== 'net' || addresses?.way !== 'replace') return emptyList(role.family);
  const { v4, v6 } = overlapping(pairOf(removed), pairOf(addresses.added));
  return role.family === 4 ? v4 : v6;
}

function isBeside(a: SetRole, b: SetRole): boolean {
  return a.table === b.table && a.family === b.family && a.kind !== b.kind;
}

function fillNew({ role, name, wanted }: SetChange, kept: PrefixList): Part[] {
  const temporary = temporaryName(name);
  const size = wanted.size + kept.size;
  const type = role.kind === 'addr' ? 'hash:ip' : 'hash:net';
  const family = role.family === 4 ? 'inet' : 'inet6';
  // The kernel grows a table by filling a bigger one; a first size near the last one saves 7 % of the time.
  const buckets = 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(1, size / 2))));
  return [
    `create ${temporary} ${type} family ${family} hashsize ${buckets} maxelem ${roomFor(size)}\n`,
    lines('add', temporary, wanted),
    lines('add', temporary, kept),
  ];
}

function putInPlace({ name, way }: SetChange): string {
  return `${way === 'create' ? 'rename' : 'swap'} ${temporaryName(name)} ${name}\n`;
}

function lines(verb: EntryLines['verb'], name: string, entries: PrefixList): EntryLines {
  return { verb, name, entries };
}

/** Longest texts of an entry with its newline, and the bytes behind that a write may touch. */
const ENTRY = {
  4: '255.255.255.255/32\n'.length,
  6: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128\n'.length,
};
const SLACK = 4;
const NEWLINE = 0x0a;

function write(parts: readonly Part[]): Uint8Array {
  const view = new DataView(
    new ArrayBuffer(parts.reduce((sum, part) => sum + mostBytes(part), SLACK)),
  );
  let at = 0;
  for (const part of parts) {
    at = typeof part === 'string' ? writeText(view, at, part) : writeLines(view, at, part);
  }
  return new Uint8Array(view.buffer, 0, at);
}

function mostBytes(part: Part): number {
  if (typeof part === 'string') return part.length;
  const { verb, name, entries } = part;
  return entries.size * (verb.length + name.length + 2 + ENTRY[entries.family]);
}

function writeLines(view: DataView, start: number, { verb, name, entries }: EntryLines): number {
  const command = Buffer.from(`${verb} ${name} `, 'latin1');
  const bytes = new Uint8Array(view.buffer);
  const { family, size, words, lengths } = entries;
  let at = start;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < command.length; j += 1) bytes[at + j] = command[j] as number;
    at += command.length;
    const length = lengths[i] as number;
    at =
      family === 4
        ? writePrefix4(view, at, words[i] as number, length)
        : writePrefix6(view, at, words, i * 4, length);
    bytes[at] = NEWLINE;
    at += 1;
  }
  return at;
}

function writeText(view: DataView, at: number, text: string): number {
  new Uint8Array(view.buffer).set(Buffer.from(text, 'latin1'), at);
  return at + text.length;
}
