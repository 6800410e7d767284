import { messageOf } from '../../src/core/errors.ts';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { readElf, type ElfFile } from './elf.ts';

/** The libraries of the FreeBSD base system the addon may need; the same since FreeBSD 12. */
const BASE_LIBRARIES: readonly string[] = ['libc.so.7', 'libm.so.5', 'libthr.so.3'];
/** What Node looks for in an addon (Node-API, "Module registration"). */
const EXPORTS: readonly string[] = [
  'napi_register_module_v1',
  'node_api_module_get_api_version_v1',
];
const SHARED_OBJECT = 3;

/**
 * What is wrong with an SQLite addon for FreeBSD 12 or later; empty when it can be loaded there. The loader of FreeBSD
 * does not ask for its own OSABI (rtld-elf, map_object.c), so neither does this.
 */
export function addonProblems(bytes: Uint8Array, architecture: Architecture): readonly string[] {
  try {
    const elf = readElf(bytes);
    return [...kindProblems(elf, architecture), ...nameProblems(elf)];
  } catch (error) {
    return [messageOf(error)];
  }
}

function* kindProblems(elf: ElfFile, architecture: Architecture): Generator<string> {
  if (elf.type !== SHARED_OBJECT) yield `it is no shared object (e_type ${elf.type})`;
  if (elf.machine !== ARCHITECTURES[architecture].elfMachine) {
    yield `it is not for ${architecture} (e_machine ${elf.machine})`;
  }
}

function* nameProblems(elf: ElfFile): Generator<string> {
  if (!elf.exported.includes('napi_register_module_v1')) yield 'it is no Node-API addon';
  for (const name of elf.needed) {
    if (!BASE_LIBRARIES.includes(name)) yield `it needs ${name}`;
  }
  for (const name of elf.exported) {
    if (!EXPORTS.includes(name)) yield `it exports ${name}`;
  }
  for (const { name, version } of elf.imported) {
    if (!isProvided(name, version)) yield `it takes ${name} (${version ?? 'no version'})`;
  }
}

/** Node-API comes from Node, the rest from the base system; FBSD_1.5 is the newest version of FreeBSD 12. */
function isProvided(name: string, version: string | undefined): boolean {
  if (version === undefined) return /^(napi|node_api)_/.test(name);
  return /^FBSD_1\.[0-5]$/.test(version);
}
