/** A FreeBSD Node with its libraries, to be put inside the package. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError, messageOf } from '../../src/core/errors.ts';
import { architectureOfMachine, type Architecture } from './architecture.ts';
import { isBaseLibrary } from './base-libraries.ts';
import { readElf, type ElfFile } from './elf.ts';
import type { PackageFile } from '../../packaging/payload.ts';
import { PROGRAM_FOLDER } from './program-folder.ts';

/** A Node, ready for the package. */
export interface NodePayload {
  readonly architecture: Architecture;
  /** The major release of FreeBSD it was made for. */
  readonly release: number;
  readonly files: readonly PackageFile[];
}

/**
 * Reads a folder with `bin/node` and `lib/*`, e.g. one that `freebsd/node-runtime` made.
 * @throws HostError when it is not for FreeBSD on a known processor, or a library is neither there nor in the base system
 */
export async function readNodePayload(folder: string): Promise<NodePayload> {
  const refuse = (why: string): HostError => new HostError(`the Node in ${folder}: ${why}`);
  const program = await readBinary(folder, 'bin/node', refuse);
  const { elf } = program;
  const architecture = architectureOfMachine(elf.machine);
  if (architecture === undefined) throw refuse(`bin/node has e_machine ${elf.machine}`);
  if (elf.freebsdVersion === undefined) throw refuse('bin/node is not for FreeBSD');
  const libraries = await Promise.all(
    (await readdir(join(folder, 'lib')))
      .sort()
      .map((name) => readBinary(folder, `lib/${name}`, refuse)),
  );
  const names = libraries.map(({ at }) => at.slice('lib/'.length));
  for (const { at, elf: binary } of [program, ...libraries]) {
    if (binary.machine !== elf.machine) throw refuse(`${at} is for another processor`);
    const missing = binary.needed.find((name) => !names.includes(name) && !isBaseLibrary(name));
    if (missing !== undefined) throw refuse(`${at} needs lib/${missing}, which is missing`);
  }
  return {
    architecture,
    release: Math.floor(elf.freebsdVersion / 100_000),
    files: [program, ...libraries].map(({ at, content }) => ({
      path: `${PROGRAM_FOLDER}/runtime/${at}`,
      mode: at === 'bin/node' ? 0o755 : 0o644,
      content,
    })),
  };
}

interface Binary {
  readonly at: string;
  readonly content: Uint8Array;
  readonly elf: ElfFile;
}

async function readBinary(
  folder: string,
  at: string,
  refuse: (why: string) => HostError,
): Promise<Binary> {
  try {
    const content = await readFile(join(folder, at));
    return { at, content, elf: readElf(content) };
  } catch (error) {
    throw refuse(`${at}: ${messageOf(error)}`);
  }
}
