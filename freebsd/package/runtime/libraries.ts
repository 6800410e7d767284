import { posix } from 'node:path';
import { HostError } from '../../../src/core/errors.ts';
import { isBaseLibrary } from '../base-libraries.ts';
import { readElf } from '../elf.ts';
import type { TarEntry } from '../tar-entry.ts';

/** Installed files by path. */
export type Installed = ReadonlyMap<string, TarEntry>;

const LIBRARY_FOLDER = '/usr/local/lib/';
const MAX_LINKS = 8;

/**
 * The libraries a program loads that are not in the base system, and those that these load: name as it is asked for →
 * content.
 * @throws HostError naming a library that no package has
 */
export function librariesOf(
  program: Uint8Array,
  installed: Installed,
): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const wanted = [...readElf(program).needed];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (found.has(name) || isBaseLibrary(name)) continue;
    const content = contentAt(`${LIBRARY_FOLDER}${name}`, installed);
    if (content === undefined) {
      throw new HostError(`no package has the library ${name}, and the base system has not`);
    }
    found.set(name, content);
    wanted.push(...readElf(content).needed);
  }
  return new Map([...found].sort());
}

/** The content of an installed file, through its links; undefined when there is none. */
export function contentAt(path: string, installed: Installed): Uint8Array | undefined {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const entry = installed.get(at);
    if (entry === undefined) return undefined;
    if (entry.kind === 'file') return entry.content;
    at = entry.kind === 'hardlink' ? entry.target : posix.resolve(posix.dirname(at), entry.target);
  }
  return undefined;
}
