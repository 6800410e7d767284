import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A real file system of a few KiB (tmpfs, needs root) for tests of a full disk.
 * @returns its folder, a way to fill what is left of it, and a way to take it away
 */
export function mountSmallDisk(parent: string, sizeKiB: number) {
  const folder = join(parent, 'disk');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder]);
  return {
    folder,
    /** Leaves no free block. */
    fill(): void {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(join(folder, 'filler'), Buffer.alloc(bavail * bsize));
    },
    unmount(): void {
      execFileSync('umount', [folder]);
    },
  };
}
