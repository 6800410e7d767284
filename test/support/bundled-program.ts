/** The program as the packages ship it, with the addon of this machine, in a folder for temporary files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFiles } from '../../packaging/program.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** The program's folder. */
export interface BundledProgram {
  readonly folder: string;
  readonly tsadmin: string;
  readonly service: string;
  remove(): void;
}

/** Bundles the sources of the checkout. */
export async function bundledProgram(): Promise<BundledProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'ts-bundle-'));
  const prebuilt = `${process.platform}-${process.arch}.node`;
  const addon = readFileSync(join(CHECKOUT, 'node_modules/better-sqlite3/prebuilds', prebuilt));
  for (const file of await programFiles({ checkout: CHECKOUT, folder, addon })) {
    mkdirSync(dirname(file.path), { recursive: true });
    if ('content' in file) writeFileSync(file.path, file.content);
  }
  return {
    folder,
    tsadmin: join(folder, 'dist/main/tsadmin.js'),
    service: join(folder, 'dist/main/service.js'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
