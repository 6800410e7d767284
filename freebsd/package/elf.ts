/**
 * Reads what a dynamic loader would read of an ELF file (System V gABI, chapters 4 and 5; elf(5) of FreeBSD):
 * program headers and the dynamic section, never the section table. 64 bit, little endian only.
 */
import { FormatError } from '../../src/core/errors.ts';
import { readDynamic, type ElfSymbol } from './elf-dynamic.ts';
import { freebsdVersion } from './elf-note.ts';
import { elfBytes, type ElfBytes, type Segment } from './elf-bytes.ts';

/** Facts of a 64-bit ELF file. */
export interface ElfFile {
  /** `e_type`: 2 = executable, 3 = shared object or position independent executable. */
  readonly type: number;
  /** `e_machine`: 62 = x86-64, 183 = AArch64. */
  readonly machine: number;
  /** `__FreeBSD_version` of its ABI note, e.g. 1400097; undefined when it has none. */
  readonly freebsdVersion: number | undefined;
  readonly soname: string | undefined;
  /** Names of the shared libraries it needs, in order. */
  readonly needed: readonly string[];
  /** Global and weak symbols it gives to others. */
  readonly exported: readonly string[];
  /** Symbols it takes from others. */
  readonly imported: readonly ElfSymbol[];
}

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;

/** @throws FormatError when the bytes are no such file, or an offset points outside of it */
export function readElf(bytes: Uint8Array): ElfFile {
  const elf = elfBytes(bytes);
  checkIdent(elf, bytes);
  const segments = readSegments(elf);
  return {
    type: elf.u16(16),
    machine: elf.u16(18),
    freebsdVersion: freebsdVersion(elf, segments),
    ...readDynamic(elf, segments),
  };
}

function checkIdent(elf: ElfBytes, bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES || elf.u32(0) !== 0x464c457f) {
    throw new FormatError('this is no ELF file');
  }
  if (bytes[4] !== 2 || bytes[5] !== 1) {
    throw new FormatError('this ELF file is not 64 bit, little endian');
  }
}

function readSegments(elf: ElfBytes): readonly Segment[] {
  const table = elf.u64(32);
  const size = elf.u16(54);
  if (size < PROGRAM_HEADER_BYTES) throw new FormatError(`ELF program headers of ${size} bytes`);
  return Array.from({ length: elf.u16(56) }, (_, index) => {
    const at = table + index * size;
    return {
      type: elf.u32(at),
      offset: elf.u64(at + 8),
      address: elf.u64(at + 16),
      fileBytes: elf.u64(at + 32),
    };
  });
}
