import type { ElfBytes, Segment } from './elf-bytes.ts';

const PT_NOTE = 4;
const NT_FREEBSD_ABI_TAG = 1;

/** `__FreeBSD_version` of the ABI note (elf_common.h: owner "FreeBSD", type 1, 4 bytes), or undefined. */
export function freebsdVersion(elf: ElfBytes, segments: readonly Segment[]): number | undefined {
  for (const segment of segments) {
    if (segment.type !== PT_NOTE) continue;
    const found = versionIn(elf, segment);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A note: lengths of name and content, type, then both, each padded to 4 bytes. */
function versionIn(elf: ElfBytes, { offset, fileBytes }: Segment): number | undefined {
  let at = offset;
  while (at + 12 <= offset + fileBytes) {
    const nameBytes = elf.u32(at);
    const contentBytes = elf.u32(at + 4);
    const content = at + 12 + padded(nameBytes);
    const isTag = elf.u32(at + 8) === NT_FREEBSD_ABI_TAG && nameBytes === 8;
    if (isTag && elf.text(at + 12) === 'FreeBSD') return elf.u32(content);
    at = content + padded(contentBytes);
  }
  return undefined;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
