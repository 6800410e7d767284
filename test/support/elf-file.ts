/** What a made ELF file says of itself. */
export interface ElfDescription {
  /** Default 62, x86-64. */
  readonly machine?: number;
  /** Default 3, a shared object. */
  readonly type?: number;
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly exported?: readonly string[];
  /** `name` or `name@VERSION`. */
  readonly imported?: readonly string[];
  /** `__FreeBSD_version` for the ABI note. */
  readonly freebsdVersion?: number;
}

const HEADERS_BYTES = 64 + 3 * 56;

/** A 64-bit little-endian ELF file with headers, a dynamic section and no code. */
export function elfFile(description: ElfDescription): Uint8Array {
  const strings = stringTable();
  const needed = (description.needed ?? []).map(strings.add);
  const soname = description.soname === undefined ? [] : [strings.add(description.soname)];
  const imported = (description.imported ?? []).map((text) => text.split('@'));
  const versions = [...new Set(imported.flatMap(([, version]) => version ?? []))];
  const symbols = [
    ...imported.map(([name = '', version]) => ({
      name: strings.add(name),
      section: 0,
      version: version === undefined ? 1 : versions.indexOf(version) + 2,
    })),
    ...(description.exported ?? []).map((name) => ({
      name: strings.add(name),
      section: 1,
      version: 1,
    })),
  ];
  const verneed = versionTable(versions, strings.add);
  const parts = layout({
    dynstr: strings.bytes(),
    dynsym: Buffer.concat([Buffer.alloc(24), ...symbols.map(symbolEntry)]),
    hash: u32s(1, symbols.length + 1, 0, ...symbols.map(() => 0), 0),
    versym: u16s(0, ...symbols.map(({ version }) => version)),
    verneed,
    note: noteSection(description.freebsdVersion),
  });
  const at = (name: string): number => parts.offsets.get(name) ?? 0;
  const dynamic = u64s(
    ...needed.flatMap((offset) => [1, offset]),
    ...soname.flatMap((offset) => [14, offset]),
    ...[5, at('dynstr'), 6, at('dynsym'), 4, at('hash'), 0x6ffffff0, at('versym')],
    ...(versions.length === 0 ? [] : [0x6ffffffe, at('verneed'), 0x6fffffff, 1]),
    ...[0, 0],
  );
  const total = parts.end + dynamic.length;
  return Buffer.concat([
    fileHeader(description),
    programHeader(1, 0, total),
    programHeader(2, parts.end, dynamic.length),
    programHeader(4, at('note'), description.freebsdVersion === undefined ? 0 : 24),
    parts.bytes,
    dynamic,
  ]);
}

function stringTable(): {
  readonly add: (text: string) => number;
  readonly bytes: () => Uint8Array;
} {
  let text = '\0';
  return {
    add(value) {
      const at = text.length;
      text += `${value}\0`;
      return at;
    },
    bytes: () => Buffer.from(text, 'latin1'),
  };
}

function layout(sections: Readonly<Record<string, Uint8Array>>): {
  readonly bytes: Uint8Array;
  readonly offsets: ReadonlyMap<string, number>;
  readonly end: number;
} {
  const offsets = new Map<string, number>();
  const blocks: Uint8Array[] = [];
  let end = HEADERS_BYTES;
  for (const [name, content] of Object.entries(sections)) {
    const padded = Buffer.concat([content, Buffer.alloc(-content.length & 7)]);
    offsets.set(name, end);
    blocks.push(padded);
    end += padded.length;
  }
  return { bytes: Buffer.concat(blocks), offsets, end };
}

function fileHeader({ type = 3, machine = 62 }: ElfDescription): Uint8Array {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(type, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(3, 56);
  return header;
}

function programHeader(type: number, at: number, bytes: number): Uint8Array {
  return Buffer.concat([u32s(type, 4), u64s(at, at, at, bytes, bytes, 8)]);
}

function symbolEntry({ name, section }: { name: number; section: number }): Uint8Array {
  const entry = Buffer.alloc(24);
  entry.writeUInt32LE(name, 0);
  entry.writeUInt8(0x12, 4);
  entry.writeUInt16LE(section, 6);
  return entry;
}

/** One needed file with all versions. */
function versionTable(versions: readonly string[], add: (text: string) => number): Uint8Array {
  const file = add('libc.so.7');
  const entries = versions.map((version, index) => {
    const isLast = index === versions.length - 1;
    const head = u32s(0);
    return Buffer.concat([head, u16s(0, index + 2), u32s(add(version), isLast ? 0 : 16)]);
  });
  return Buffer.concat([u16s(1, versions.length), u32s(file, 16, 0), ...entries]);
}

function noteSection(freebsdVersion: number | undefined): Uint8Array {
  if (freebsdVersion === undefined) return Buffer.alloc(0);
  return Buffer.concat([u32s(8, 4, 1), Buffer.from('FreeBSD\0'), u32s(freebsdVersion)]);
}

function u16s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

function u32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

function u64s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), index * 8));
  return bytes;
}
