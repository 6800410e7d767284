/** The compiled program: the agent bundled with its dependencies, and the files it opens beside itself. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { HostError, messageOf } from '../src/core/errors.ts';
import type { RunCommand } from '../src/system/run-command.ts';
import { readLicences } from './licences.ts';
import type { PackageFile } from './payload.ts';

/** Only the agent runs on a firewall; the portal does not. */
const PROGRAMS = ['tsadmin.ts', 'service.ts'];
/** CommonJS packages call `require`, which an ES module has not. */
const REQUIRE =
  "import{createRequire as moduleRequire}from'node:module';const require=moduleRequire(import.meta.url);";
/** Found at run time by their package names: the one holds the addon, the other is sent to browsers. */
const UNBUNDLED: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['package.json', 'LICENSE', 'lib/'],
  'htmx.org': ['package.json', 'LICENSE', 'dist/htmx.min.js'],
};
/** The first place better-sqlite3 looks for its addon. */
const ADDON_PATH = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';

/** What is to be bundled. */
export interface ProgramOrder {
  /** The project's folder, with `node_modules`. */
  readonly checkout: string;
  /**
   * Where the program is installed. `views` and `public` are two folders above the files of `dist/main`, as in a
   * checkout.
   */
  readonly folder: string;
  /** The SQLite addon for the host. */
  readonly addon: Uint8Array;
  readonly run: RunCommand;
}

/**
 * All files below the program's folder.
 * @throws HostError when the bundler fails
 */
export async function programFiles(order: ProgramOrder): Promise<readonly PackageFile[]> {
  const { checkout, addon, run } = order;
  const bundle = await bundled(checkout, run);
  const notices = await readLicences(checkout, bundle.packages);
  const files = [
    ...bundle.files,
    ...(await folder(join(checkout, 'views'), 'views')).filter(isOfAgent),
    ...(await folder(join(checkout, 'public'), 'public')).filter(isOfAgent),
    ...(await unbundled(checkout)),
    file(ADDON_PATH, addon),
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

interface Bundle {
  readonly files: readonly ProgramFile[];
  /** Folders of the npm packages it holds, e.g. `node_modules/express`. */
  readonly packages: readonly string[];
}

async function bundled(checkout: string, run: RunCommand): Promise<Bundle> {
  const out = await mkdtemp(join(tmpdir(), 'ts-bundle-'));
  try {
    const esbuild = join(checkout, 'node_modules/.bin/esbuild');
    await run([esbuild, ...(await entryPoints(join(checkout, 'src/main'))), ...options(out)]);
    const files = await folder(join(out, 'dist'), 'dist');
    const meta = JSON.parse(await readFile(join(out, 'meta.json'), 'utf8')) as {
      readonly inputs: Readonly<Record<string, unknown>>;
    };
    return { files, packages: packagesOf(Object.keys(meta.inputs)) };
  } catch (cause) {
    throw new HostError(`bundling the agent: ${messageOf(cause)}`, {
      cause,
      remedy: 'Run "npm ci" and "make check" first.',
    });
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** The programs, and the code of threads: it is started by its file name, so it must keep one. */
async function entryPoints(folder: string): Promise<readonly string[]> {
  const found = PROGRAMS.map((name) => join(folder, name));
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (/\bparentPort\b/.test(await readFile(path, 'utf8'))) found.push(path);
  }
  return found;
}

/** Names stay as they are (no identifier is shortened), so that a stack trace can be read. */
function options(out: string): readonly string[] {
  return [
    ...['--bundle', '--platform=node', '--target=node22.18', '--format=esm', '--splitting'],
    ...['--minify-whitespace', '--minify-syntax', '--legal-comments=none', '--log-level=error'],
    ...Object.keys(UNBUNDLED).map((name) => `--external:${name}`),
    `--banner:js=${REQUIRE}`,
    `--outdir=${join(out, 'dist/main')}`,
    '--chunk-names=[name]-[hash]',
    `--metafile=${join(out, 'meta.json')}`,
  ];
}

function packagesOf(inputs: readonly string[]): readonly string[] {
  const found = inputs.map((path) => /node_modules\/.*$/.exec(path)?.[0]);
  const folders = found.map((path) =>
    /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path ?? ''),
  );
  return [...new Set(folders.flatMap((match) => match?.[0] ?? []))].sort();
}

async function unbundled(checkout: string): Promise<readonly ProgramFile[]> {
  const found: ProgramFile[] = [];
  for (const [name, parts] of Object.entries(UNBUNDLED)) {
    for (const part of parts) {
      const at = join('node_modules', name, part);
      const path = join(checkout, at);
      const isFolder = part.endsWith('/');
      found.push(...(isFolder ? await folder(path, at) : [file(at, await readFile(path))]));
    }
  }
  return found;
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
