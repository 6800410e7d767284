/** The files of the package, the same for every kind of package manager. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HostError, messageOf } from '../../src/core/errors.ts';
import type { RunCommand } from '../../src/system/run-command.ts';
import { readElf } from '../../freebsd/package/elf.ts';
import { programFiles } from '../../packaging/program.ts';
import type { PackageFile } from '../../packaging/payload.ts';
import { ARCHITECTURES, PACKAGE, PROGRAM_FOLDER, type Architecture } from './identity.ts';

/** What the package is made from. */
export interface LinuxFilesOrder {
  /** The project's folder, with `node_modules`. */
  readonly checkout: string;
  readonly architecture: Architecture;
  /** A folder with `bin/node` to put inside; undefined for none. */
  readonly nodeRuntime: string | undefined;
  readonly run: RunCommand;
}

/** @throws HostError when a file is missing, for another processor, or the bundler fails */
export async function linuxFiles(order: LinuxFilesOrder): Promise<readonly PackageFile[]> {
  const { checkout } = order;
  const document = (path: string): Promise<Buffer> => readFile(join(checkout, 'docs', path));
  return [
    ...(await staticFiles(join(checkout, 'linux/root'))),
    ...(await programFiles({ checkout, folder: PROGRAM_FOLDER, addon: await addon(order) })),
    ...(await nodeFiles(order)),
    plain('/usr/share/man/man8/tsadmin.8.gz', compressed(await document('tsadmin.8'))),
    plain(
      '/usr/share/bash-completion/completions/tsadmin',
      await document('completion/tsadmin.bash'),
    ),
    plain(
      `/usr/share/doc/${PACKAGE}/changelog.gz`,
      compressed(await readFile(join(checkout, 'CHANGELOG.md'))),
    ),
  ];
}

/** gzip without a time or a name, as packages want it. */
export function compressed(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 9 });
}

/** A file that is not executable. */
export function plain(path: string, content: Uint8Array): PackageFile {
  return { path, mode: 0o644, content };
}

async function staticFiles(root: string): Promise<readonly PackageFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (from) => {
      const mode = ((await stat(from)).mode & 0o111) === 0 ? 0o644 : 0o755;
      return { path: `/${relative(root, from)}`, mode, content: await readFile(from) } as const;
    }),
  );
}

/** The addon that better-sqlite3 brings: for glibc 2.34 or later. */
async function addon({ checkout, architecture }: LinuxFilesOrder): Promise<Uint8Array> {
  const name = `linux-${ARCHITECTURES[architecture].node}.node`;
  const path = join(checkout, 'node_modules/better-sqlite3/prebuilds', name);
  return readBinary(path, architecture, 'Run "npm ci" first.');
}

async function nodeFiles(order: LinuxFilesOrder): Promise<readonly PackageFile[]> {
  const { nodeRuntime: folder, architecture } = order;
  if (folder === undefined) return [];
  const path = join(folder, 'bin/node');
  const remedy =
    'NODE_RUNTIME is a folder as nodejs.org packs it: with bin/node for that processor.';
  const content = await readBinary(path, architecture, remedy);
  return [{ path: `${PROGRAM_FOLDER}/runtime/bin/node`, mode: 0o755, content }];
}

async function readBinary(
  path: string,
  architecture: Architecture,
  remedy: string,
): Promise<Uint8Array> {
  let machine: number;
  let content: Uint8Array;
  try {
    content = await readFile(path);
    machine = readElf(content).machine;
  } catch (cause) {
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { remedy, cause });
  }
  if (machine === ARCHITECTURES[architecture].elfMachine) return content;
  throw new HostError(`${path} is not for ${architecture} (e_machine ${machine})`, { remedy });
}
