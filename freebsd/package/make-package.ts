/** Makes one package file, reads it back, and only then puts it in place. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import type { RunCommand } from '../../src/system/run-command.ts';
import { packageArchive } from './archive.ts';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { packageProblems } from './check-package.ts';
import { decompressed, writeXz } from './compression.ts';
import { installScripts } from './install-scripts.ts';
import { launchers } from './launchers.ts';
import type { NodePayload } from './node-payload.ts';
import type { PackageFile } from '../../packaging/payload.ts';
import { plistFiles, plistPaths } from './plist.ts';
import { programFiles } from '../../packaging/program.ts';
import { PROGRAM_FOLDER } from './program-folder.ts';

/** One package. */
export interface PackageOrder {
  /** The project's folder. */
  readonly checkout: string;
  readonly architecture: Architecture;
  /** The release as people see it, e.g. `3.00-01`. */
  readonly release: string;
  /** Mail address of those who look after the package. */
  readonly maintainer: string;
  readonly homepage: string;
  /** The SQLite addon, checked. */
  readonly addon: string;
  /** A Node to put inside; undefined for none. */
  readonly node?: NodePayload | undefined;
  /** Time of every file, seconds since 1970. */
  readonly modified: number;
  /** Where the package goes. */
  readonly out: string;
  readonly run: RunCommand;
}

/** A package that was made. */
export interface MadePackage {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 in hex; also beside it as `<path>.sha256`, in the form sha256sum(1) checks. */
  readonly sha256: string;
}

/**
 * Makes `<out>/ts-pfsense-<release>-<abi>.txz`. The same sources, addon and time give the same bytes.
 * @throws HostError when a file is missing, a command fails, or what was written would not be installed by pkg
 */
export async function makePackage(order: PackageOrder): Promise<MadePackage> {
  const { architecture, homepage, maintainer, node, release, run } = order;
  const archive = packageArchive({
    identity: {
      version: release.replaceAll('-', '.'),
      abi: `FreeBSD:${node?.release ?? '*'}:${architecture}`,
      arch: `freebsd:${node?.release ?? '*'}:${ARCHITECTURES[architecture].legacy}`,
      maintainer,
      homepage,
    },
    files: await allFiles(order),
    scripts: await installScripts(architecture),
    modified: order.modified,
  });
  const name = `ts-pfsense-${release}-freebsd${node?.release ?? ''}-${architecture}.txz`;
  const path = join(order.out, name);
  await mkdir(order.out, { recursive: true });
  await writeXz(`${path}.new`, archive, run);
  const written = await readFile(`${path}.new`);
  await checkWritten(`${path}.new`, written, run);
  const sha256 = createHash('sha256').update(written).digest('hex');
  await writeFile(`${path}.sha256`, `${sha256}  ${basename(path)}\n`);
  await rename(`${path}.new`, path);
  return { path, bytes: written.length, sha256 };
}

async function allFiles(order: PackageOrder): Promise<readonly PackageFile[]> {
  const { checkout, node } = order;
  const sources = join(checkout, 'freebsd');
  const listed = plistPaths(await readFile(join(checkout, 'pkg-plist'), 'utf8'));
  const files = [
    ...(await plistFiles(listed, sources)),
    ...(await launchers()),
    ...(await programFiles({
      checkout,
      folder: PROGRAM_FOLDER,
      addon: await readFile(order.addon),
    })),
    ...(node?.files ?? []),
  ];
  return [...files, listOf(files)];
}

/** The names of all files of the program folder: what else an older release left there goes (post-install). */
function listOf(files: readonly PackageFile[]): PackageFile {
  const folder = `${PROGRAM_FOLDER}/`;
  const names = files
    .filter(({ path }) => path.startsWith(folder))
    .map(({ path }) => `${path.slice(folder.length)}\n`);
  return { path: `${folder}FILES`, mode: 0o644, content: Buffer.from(names.sort().join('')) };
}

async function checkWritten(path: string, bytes: Uint8Array, run: RunCommand): Promise<void> {
  const problems = packageProblems(await decompressed(bytes, run));
  if (problems.length === 0) return;
  await rm(path);
  throw new HostError(`the package would not be installed by pkg: ${problems.join('; ')}`);
}
