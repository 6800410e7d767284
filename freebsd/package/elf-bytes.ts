import { FormatError } from '../../src/core/errors.ts';

/** A program header of an ELF file. */
export interface Segment {
  /** 1 = PT_LOAD, 2 = PT_DYNAMIC, 4 = PT_NOTE. */
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
}

/** Reads numbers and text at offsets of a file; each call throws FormatError outside of it. */
export interface ElfBytes {
  u16(at: number): number;
  u32(at: number): number;
  /** A 64-bit number that must fit a file: at most 2^53. */
  u64(at: number): number;
  /** The text up to the next NUL. */
  text(at: number): string;
}

/** Little-endian access to the bytes of an ELF file. */
export function elfBytes(bytes: Uint8Array): ElfBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const checked = (at: number, length: number): number => {
    if (at >= 0 && at + length <= bytes.length) return at;
    throw new FormatError(`the ELF file ends before byte ${at + length}`);
  };
  return {
    u16: (at) => view.getUint16(checked(at, 2), true),
    u32: (at) => view.getUint32(checked(at, 4), true),
    u64(at) {
      const value = view.getBigUint64(checked(at, 8), true);
      if (value > Number.MAX_SAFE_INTEGER) {
        throw new FormatError(`the ELF file names an offset of ${value}`);
      }
      return Number(value);
    },
    text(at) {
      const end = bytes.indexOf(0, checked(at, 1));
      if (end < 0) throw new FormatError('the ELF file ends within a name');
      return Buffer.from(bytes.subarray(at, end)).toString('latin1');
    },
  };
}

/** The offset in the file of a virtual address. @throws FormatError when no PT_LOAD segment holds it */
export function offsetOf(address: number, segments: readonly Segment[]): number {
  for (const { type, address: start, offset, fileBytes } of segments) {
    if (type === 1 && address >= start && address < start + fileBytes) {
      return address - start + offset;
    }
  }
  throw new FormatError(`the ELF file has nothing at address 0x${address.toString(16)}`);
}
