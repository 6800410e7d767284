/** The compiled program: the agent bundled with its dependencies, and the files it opens beside itself. */
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ADDON, bundleOf } from './bundle.ts';
import { readLicences } from './licences.ts';
import type { PackageFile } from './payload.ts';

/** Found at run time by the name of its package, and sent to browsers. */
const HTMX = ['package.json', 'LICENSE', 'dist/htmx.min.js'].map(
  (name) => `node_modules/htmx.org/${name}`,
);
/** Where the SQLite addon is, below the program's folder. */
export const ADDON_PATH = `dist/main/${ADDON}`;

/** What is to be bundled. */
export interface ProgramOrder {
  /** The project's folder, with `node_modules`. */
  readonly checkout: string;
  /**
   * Where the program is installed. `views` and `public` are two folders above the files of `dist/main`, as in a
   * checkout.
   */
  readonly folder: string;
  /** The SQLite addon for the host; null: there is none, and Node's own SQLite is used. */
  readonly addon: Uint8Array | null;
}

/**
 * All files below the program's folder.
 * @throws HostError when the bundler fails
 */
export async function programFiles(order: ProgramOrder): Promise<readonly PackageFile[]> {
  const { checkout, addon } = order;
  const bundle = await bundleOf(checkout, addon === null ? 'node' : 'addon');
  const notices = await readLicences(checkout, bundle.packages);
  const files = [
    ...bundle.files.map(({ path, content }) => file(path, content)),
    ...(await folder(join(checkout, 'views'), 'views')).filter(isOfAgent),
    ...(await folder(join(checkout, 'public'), 'public')).filter(isOfAgent),
    ...(await Promise.all(HTMX.map(async (at) => file(at, await readFile(join(checkout, at)))))),
    ...(addon === null ? [] : [file(ADDON_PATH, addon)]),
    file('package.json', Buffer.from('{"type":"module","private":true}\n')),
    file('LICENSE', await readFile(join(checkout, 'LICENSE'))),
    file('LICENSES-OF-OTHERS', Buffer.from(notices)),
  ];
  return files.map(({ at, content }) => ({ path: `${order.folder}/${at}`, mode: 0o644, content }));
}

/** The templates and styles of the portal's pages, which lie beside those of the agent, are named after it. */
function isOfAgent({ at }: ProgramFile): boolean {
  return !/\/portal\b/.test(at);
}

/** A file below the program's folder. */
interface ProgramFile {
  readonly at: string;
  readonly content: Uint8Array;
}

/** Every file below a folder, as files below `name`. */
async function folder(path: string, name: string): Promise<readonly ProgramFile[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const from = join(entry.parentPath, entry.name);
      const at = relative(path, from).split(sep).join('/');
      return file(join(name, at), await readFile(from));
    }),
  );
}

function file(at: string, content: Uint8Array): ProgramFile {
  return { at, content };
}
