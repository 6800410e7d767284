import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HostError } from '../../../src/core/errors.ts';
import type { TarEntry } from '../tar-entry.ts';
import { readNodePayload } from '../node-payload.ts';
import { withDependencies, type MirrorPackage } from './catalogue.ts';
import { contentAt, librariesOf } from './libraries.ts';
import type { Mirror } from './mirror.ts';

/** What was put into the folder; also in it as `runtime.json`. */
export interface MadeRuntime {
  /** Packages whose files were looked at, with the hashes they were checked by. */
  readonly packages: readonly Pick<MirrorPackage, 'name' | 'version' | 'abi' | 'sha256'>[];
  /** Names of the libraries in `lib/`. */
  readonly libraries: readonly string[];
}

/**
 * Makes a folder with `bin/node` and the libraries it needs beside the base system in `lib/`. It is complete or not
 * there: everything is checked before the folder gets its name.
 * @param name package of the mirror, e.g. `node24`
 * @param folder must not exist
 * @throws HostError at a wrong hash, a missing package, file or library
 */
export async function makeRuntime(
  mirror: Mirror,
  name: string,
  folder: string,
): Promise<MadeRuntime> {
  const packages = withDependencies(await mirror.catalogue(), name);
  const installed = new Map<string, TarEntry>();
  for (const entry of packages) {
    for (const file of await mirror.files(entry)) installed.set(file.path, file);
  }
  const program = contentAt('/usr/local/bin/node', installed);
  if (program === undefined) throw new HostError(`the package ${name} has no /usr/local/bin/node`);
  const libraries = librariesOf(program, installed);
  const made: MadeRuntime = {
    packages: packages.map(({ name, version, abi, sha256 }) => ({ name, version, abi, sha256 })),
    libraries: [...libraries.keys()],
  };
  await writeFolder(folder, program, libraries, made);
  return made;
}

async function writeFolder(
  folder: string,
  program: Uint8Array,
  libraries: ReadonlyMap<string, Uint8Array>,
  made: MadeRuntime,
): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const files: readonly (readonly [string, Uint8Array | string, number])[] = [
    ['bin/node', program, 0o755],
    ...[...libraries].map(([name, bytes]) => [`lib/${name}`, bytes, 0o644] as const),
    ['runtime.json', `${JSON.stringify(made, null, 2)}\n`, 0o644],
  ];
  await mkdir(join(unfinished, 'lib'), { recursive: true });
  for (const [at, content, mode] of files) {
    await mkdir(dirname(join(unfinished, at)), { recursive: true });
    await writeFile(join(unfinished, at), content, { mode });
  }
  await readNodePayload(unfinished);
  await rename(unfinished, folder);
}
