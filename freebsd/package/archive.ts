import { isLink, orderedPayload, type PackageFile } from '../../packaging/payload.ts';
import { writeManifests, type PackageIdentity, type PackageScripts } from './manifest.ts';
import type { TarEntry } from './tar-entry.ts';
import { writeTar } from './tar-write.ts';

/** All that makes a package. */
export interface PackageContent {
  readonly identity: PackageIdentity;
  readonly files: readonly PackageFile[];
  readonly scripts: PackageScripts;
  /** Time of every file, seconds since 1970. */
  readonly modified: number;
}

/**
 * The package as an uncompressed archive: the manifests first, then the files by path.
 * @throws FormatError when a file cannot be in a package
 */
export function packageArchive(content: PackageContent): Uint8Array {
  const files = orderedPayload(content.files);
  const manifests = writeManifests(content.identity, files, content.scripts);
  const common = { owner: 'root', group: 'wheel', modified: content.modified };
  const empty = new Uint8Array(0);
  const entries = files.map((file): TarEntry => {
    const { path } = file;
    if (isLink(file)) {
      return { ...common, path, kind: 'symlink', mode: 0o755, content: empty, target: file.target };
    }
    return { ...common, path, kind: 'file', mode: file.mode, content: file.content, target: '' };
  });
  const meta = (path: string, text: string): TarEntry => ({
    ...common,
    path,
    kind: 'file',
    mode: 0o644,
    content: Buffer.from(text, 'utf8'),
    target: '',
  });
  return writeTar([
    meta('+COMPACT_MANIFEST', manifests.compact),
    meta('+MANIFEST', manifests.full),
    ...entries,
  ]);
}
