import { FormatError } from '../../src/core/errors.ts';
import { offsetOf, type ElfBytes, type Segment } from './elf-bytes.ts';

/** A symbol of a shared object. */
export interface ElfSymbol {
  readonly name: string;
  /** Its symbol version, e.g. `FBSD_1.5`; undefined when it has none. */
  readonly version: string | undefined;
}

/** What the dynamic section says. */
export interface DynamicFacts {
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  readonly exported: readonly string[];
  readonly imported: readonly ElfSymbol[];
}

/** Tags of the dynamic section (`d_tag`). */
const TAG = {
  null: 0,
  needed: 1,
  hash: 4,
  strtab: 5,
  symtab: 6,
  soname: 14,
  gnuHash: 0x6ffffef5,
  versym: 0x6ffffff0,
  verneed: 0x6ffffffe,
};
const PT_DYNAMIC = 2;
const SYMBOL_BYTES = 24;

type Tags = ReadonlyMap<number, readonly number[]>;

/** Reads the dynamic section; everything is empty in a file without one (a static program). */
export function readDynamic(elf: ElfBytes, segments: readonly Segment[]): DynamicFacts {
  const tags = readTags(elf, segments);
  const place = (tag: number): number | undefined => {
    const address = tags.get(tag)?.[0];
    return address === undefined ? undefined : offsetOf(address, segments);
  };
  const strings = place(TAG.strtab);
  if (strings === undefined) return { soname: undefined, needed: [], exported: [], imported: [] };
  const name = (offset: number): string => elf.text(strings + offset);
  const soname = tags.get(TAG.soname)?.[0];
  const versions = readVersions(elf, place(TAG.verneed), name);
  return {
    soname: soname === undefined ? undefined : name(soname),
    needed: (tags.get(TAG.needed) ?? []).map(name),
    ...readSymbols(elf, place, name, versions),
  };
}

function readTags(elf: ElfBytes, segments: readonly Segment[]): Tags {
  const tags = new Map<number, number[]>();
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return tags;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.fileBytes; at += 16) {
    const tag = elf.u64(at);
    if (tag === TAG.null) break;
    tags.set(tag, [...(tags.get(tag) ?? []), elf.u64(at + 8)]);
  }
  return tags;
}

/** Version number of a symbol → its name, from the tables Elf64_Verneed and, below each, Elf64_Vernaux. */
function readVersions(
  elf: ElfBytes,
  table: number | undefined,
  name: (offset: number) => string,
): ReadonlyMap<number, string> {
  const versions = new Map<number, string>();
  if (table === undefined) return versions;
  for (const at of linked(elf, table, 12)) {
    for (const auxiliary of linked(elf, at + elf.u32(at + 8), 12)) {
      versions.set(elf.u16(auxiliary + 6), name(elf.u32(auxiliary + 8)));
    }
  }
  return versions;
}

/** Places of entries that each hold, at `field`, how far the next one is; 0 in the last. */
function* linked(elf: ElfBytes, first: number, field: number): Generator<number> {
  let at = first;
  for (;;) {
    yield at;
    const step = elf.u32(at + field);
    if (step === 0) return;
    at += step;
  }
}

function readSymbols(
  elf: ElfBytes,
  place: (tag: number) => number | undefined,
  name: (offset: number) => string,
  versions: ReadonlyMap<number, string>,
): Pick<DynamicFacts, 'exported' | 'imported'> {
  const table = place(TAG.symtab);
  const versym = place(TAG.versym);
  const exported: string[] = [];
  const imported: ElfSymbol[] = [];
  const count = table === undefined ? 0 : symbolCount(elf, place);
  for (let index = 1; index < count; index += 1) {
    const at = (table ?? 0) + index * SYMBOL_BYTES;
    const text = name(elf.u32(at));
    const isLocal = (elf.u16(at + 4) & 0xf0) === 0;
    if (isLocal) continue;
    const version = versym === undefined ? undefined : versions.get(elf.u16(versym + index * 2));
    if (elf.u16(at + 6) === 0) imported.push({ name: text, version });
    else exported.push(text);
  }
  return { exported, imported };
}

/** The symbol table has no length of its own; the hash tables cover all of it. */
function symbolCount(elf: ElfBytes, place: (tag: number) => number | undefined): number {
  const hash = place(TAG.hash);
  if (hash !== undefined) return elf.u32(hash + 4);
  const gnuHash = place(TAG.gnuHash);
  if (gnuHash === undefined) throw new FormatError('the ELF file has symbols but no hash table');
  return gnuSymbolCount(elf, gnuHash);
}

/** The highest symbol of any chain, plus one; a chain ends with an odd hash. */
function gnuSymbolCount(elf: ElfBytes, table: number): number {
  const buckets = elf.u32(table);
  const firstSymbol = elf.u32(table + 4);
  const bucketTable = table + 16 + elf.u32(table + 8) * 8;
  const chains = bucketTable + buckets * 4;
  let last = 0;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    last = Math.max(last, elf.u32(bucketTable + bucket * 4));
  }
  if (last < firstSymbol) return firstSymbol;
  while ((elf.u32(chains + (last - firstSymbol) * 4) & 1) === 0) last += 1;
  return last + 1;
}
