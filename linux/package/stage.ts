import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isLink, orderedPayload, type PackageFile } from '../../packaging/payload.ts';

/**
 * Writes the files below a folder of their own, calls `work` with it, and takes it away.
 * @param modified time of every file, seconds since 1970
 */
export async function staged<T>(
  files: readonly PackageFile[],
  modified: number,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-iptables-package-'));
  try {
    // mkdtemp makes it for the caller alone; it becomes the / of the package.
    await chmod(folder, 0o755);
    for (const file of orderedPayload(files)) await write(folder, file, modified);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write(folder: string, file: PackageFile, modified: number): Promise<void> {
  const path = join(folder, file.path);
  await makeFolders(folder, dirname(path));
  if (isLink(file)) return symlink(file.target, path);
  await writeFile(path, file.content);
  await chmod(path, file.mode);
  await utimes(path, modified, modified);
}

/** With mode 0755, whatever the mask of the caller is. */
async function makeFolders(root: string, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length && at !== root; at = dirname(at)) {
    await chmod(at, 0o755);
  }
}
