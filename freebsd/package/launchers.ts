import { readFile } from 'node:fs/promises';
import type { PackageFile } from '../../packaging/payload.ts';
import { PROGRAM_FOLDER } from './program-folder.ts';

/** Installed path → script in `files/`. */
const LAUNCHERS: Readonly<Record<string, string>> = {
  '/usr/local/bin/tsadmin': 'launcher',
  '/usr/local/bin/ts-service': 'launcher',
  [`${PROGRAM_FOLDER}/find-node`]: 'find-node',
};

/** The commands, and the script that finds a Node for them. */
export async function launchers(): Promise<readonly PackageFile[]> {
  return Promise.all(
    Object.entries(LAUNCHERS).map(async ([path, name]) => {
      const content = await readFile(new URL(`files/${name}`, import.meta.url));
      return { path, mode: 0o755, content } as const;
    }),
  );
}
