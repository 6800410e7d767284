/** The files of a package, before they are an archive. */
import { FormatError, printable } from '../src/core/errors.ts';

/** A file or symbolic link to install. The owner is always root. */
export type PackageFile =
  | { readonly path: string; readonly mode: 0o644 | 0o755; readonly content: Uint8Array }
  | { readonly path: string; readonly target: string };

/** True for a symbolic link. */
export function isLink(file: PackageFile): file is Extract<PackageFile, { target: string }> {
  return 'target' in file;
}

/**
 * The files in the order of the archive (by path, bytewise).
 * @throws FormatError for what pkg(8) would refuse or treat differently from release to release, and no other package
 *   needs: a path that is not absolute and plain ASCII (pfSense runs pkg in the C locale), one path twice, a symbolic
 *   link that is absolute or leads to no file of the package
 */
export function orderedPayload(files: readonly PackageFile[]): readonly PackageFile[] {
  const byPath = new Map<string, PackageFile>();
  for (const file of files) {
    checkPath(file.path);
    if (byPath.has(file.path)) throw new FormatError(`${file.path} is in the package twice`);
    byPath.set(file.path, file);
  }
  for (const file of files) {
    if (isLink(file)) checkLink(file.path, file.target, byPath);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function checkPath(path: string): void {
  const plain = /^(\/[A-Za-z0-9@%+,._-]+)+$/.test(path);
  const steps = path.split('/');
  if (plain && !steps.includes('..') && !steps.includes('.')) return;
  throw new FormatError(
    `"${printable(path)}" cannot be a path of the package: it must be absolute, without ".", ".." or blanks, in ASCII`,
  );
}

function checkLink(path: string, target: string, files: ReadonlyMap<string, unknown>): void {
  if (target.startsWith('/')) {
    throw new FormatError(`${path} is a symbolic link to the absolute path ${printable(target)}`);
  }
  const destination = new URL(target, `file://${path}`).pathname;
  if (files.has(destination)) return;
  throw new FormatError(
    `${path} is a symbolic link to ${printable(target)}, which is no file of it`,
  );
}
