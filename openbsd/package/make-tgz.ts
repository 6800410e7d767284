/** `ts-pf.tgz`: the folder `threatstop/` with the scripts of the documentation and the program. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TarEntry } from '../../freebsd/package/tar-entry.ts';
import { writeTar } from '../../freebsd/package/tar-write.ts';
import { isLink, orderedPayload, type PackageFile } from '../../packaging/payload.ts';
import { programFiles } from '../../packaging/program.ts';
import { RELEASE } from '../../src/main/release.ts';
import { writeFileAtomic } from '../../src/system/atomic-file.ts';

/** What the archive is made from. */
export interface TgzOrder {
  /** The project's folder, with `node_modules`. */
  readonly checkout: string;
  /** Time of all files, seconds since 1970. */
  readonly modified: number;
  /** Folder of the archive. */
  readonly out: string;
}

/** Scripts that are not called by hand: they lie beside the program. */
const OF_PROGRAM: ReadonlySet<string> = new Set(['run-node', 'tsadmin', 'threatstop.rc']);
const FOLDER = '/threatstop';

/**
 * Writes `ts-pf.tgz`. The same sources give the same bytes. It holds no native code, so one is for every processor.
 * @returns its path
 * @throws HostError when the bundler fails or the disk is full
 */
export async function makeTgz({ checkout, modified, out }: TgzOrder): Promise<string> {
  const program = `${FOLDER}/program`;
  const files = [
    ...(await scripts(join(checkout, 'openbsd/files'), program)),
    plain(
      'threatstop.conf.example',
      await readFile(join(checkout, 'openbsd/threatstop.conf.example')),
    ),
    plain('threatstop.version', Buffer.from(`ts-pf ${RELEASE}\n`)),
    ...(await programFiles({ checkout, folder: program, addon: null })),
  ];
  const entries = orderedPayload(files).map((file) => entryOf(file, modified));
  const path = join(out, 'ts-pf.tgz');
  await mkdir(out, { recursive: true });
  await writeFileAtomic(path, gzipSync(writeTar(entries), { level: 9 }), 0o644);
  return path;
}

async function scripts(from: string, program: string): Promise<readonly PackageFile[]> {
  const names = (await readdir(from)).sort();
  return Promise.all(
    names.map(async (name) => {
      const folder = OF_PROGRAM.has(name) ? program : FOLDER;
      const content = await readFile(join(from, name));
      return { path: `${folder}/${name}`, mode: 0o755, content } as const;
    }),
  );
}

function plain(name: string, content: Uint8Array): PackageFile {
  return { path: `${FOLDER}/${name}`, mode: 0o644, content };
}

/** Paths begin with the folder, so that nothing is unpacked beside it. */
function entryOf(file: PackageFile, modified: number): TarEntry {
  const about = { path: file.path.slice(1), owner: 'root', group: 'wheel', modified };
  return isLink(file)
    ? { ...about, kind: 'symlink', mode: 0o777, content: new Uint8Array(), target: file.target }
    : { ...about, kind: 'file', mode: file.mode, content: file.content, target: '' };
}
