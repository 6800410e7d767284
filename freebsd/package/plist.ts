import { readFile, readlink, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, HostError, messageOf } from '../../src/core/errors.ts';
import type { PackageFile } from '../../packaging/payload.ts';

/**
 * The paths of a packing list: one absolute path per line; empty lines and lines with `#` are comments.
 * @throws FormatError for a keyword (`@sample` and its like need files of the ports tree) or a relative path
 */
export function plistPaths(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const paths = lines.filter((line) => line !== '' && !line.startsWith('#'));
  for (const path of paths) {
    if (!path.startsWith('/')) {
      throw new FormatError(`pkg-plist: "${path}" is no absolute path; keywords are not used here`);
    }
  }
  return paths;
}

/**
 * The files of a packing list. An executable file is installed with mode 0755, any other with 0644.
 * @param sources folder that holds the file `/usr/local/x` as `usr/local/x`
 * @throws HostError naming a file that cannot be read
 */
export async function plistFiles(
  paths: readonly string[],
  sources: string,
): Promise<readonly PackageFile[]> {
  return Promise.all(paths.map((path) => sourceFile(path, join(sources, path))));
}

async function sourceFile(path: string, source: string): Promise<PackageFile> {
  try {
    const about = await lstat(source);
    if (about.isSymbolicLink()) return { path, target: await readlink(source) };
    const mode = (about.mode & 0o111) === 0 ? 0o644 : 0o755;
    return { path, mode, content: await readFile(source) };
  } catch (cause) {
    throw new HostError(`pkg-plist names ${path}, but reading ${source}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
