import { readFile } from 'node:fs/promises';
import type { Architecture } from './architecture.ts';
import { SCRIPT_NAMES, type PackageScripts } from './manifest.ts';

/** The install scripts beside this file, for one architecture. */
export async function installScripts(architecture: Architecture): Promise<PackageScripts> {
  const texts = await Promise.all(
    SCRIPT_NAMES.map(async (name) => {
      const text = await readFile(new URL(`scripts/${name}.sh`, import.meta.url), 'utf8');
      return [name, text.replaceAll('%%ARCHITECTURE%%', architecture)] as const;
    }),
  );
  return Object.fromEntries(texts);
}
