/** The agent and its dependencies in few files, made by esbuild. */
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { HostError, messageOf } from '../src/core/errors.ts';
import { builtinsByName } from './builtins.ts';
import { unusedData } from './unused-data.ts';
import { lineMap, type SourceMap } from './line-map.ts';
import { smallPartsAtOnce } from './lazy-parts.ts';

/** Only the agent runs on a firewall; the portal does not. */
const PROGRAMS = ['tsadmin.ts', 'service.ts'];
/** CommonJS packages call `require`, which an ES module has not. An `import` of `node:module` would cost a millisecond. */
const REQUIRE =
  "let made;const require=name=>(made??=process.getBuiltinModule('node:module').createRequire(import.meta.url))(name);";
/** The SQLite addon lies beside the files of the bundle: native code is in no bundle. */
export const ADDON = 'better_sqlite3.node';

/** Source maps of all files, for `src/system/source-lines.ts`. */
const LINES = 'dist/main/source-lines.json';
/** Node prints the line of a fault that nobody caught; whole it has 600 kB. */
const LINE_LIMIT = 400;

/** Which SQLite a bundle uses. */
export type Sqlite = 'addon' | 'node';

/** What was bundled. */
export interface Bundle {
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Folders of the npm packages it holds, e.g. `node_modules/express`. */
  readonly packages: readonly string[];
}

/**
 * Bundles the programs of a checkout. The same sources give the same bytes, wherever they are.
 * @param sqlite `node`: Node's own SQLite takes the place of better-sqlite3, and no addon is needed
 * @returns files below `dist/main`, where {@link ADDON} belongs, too; no identifier is shortened, so that a stack trace can
 *   be read
 * @throws HostError when the bundler fails
 */
export async function bundleOf(checkout: string, sqlite: Sqlite = 'addon'): Promise<Bundle> {
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: checkout,
      entryPoints: await entryPoints(join(checkout, 'src/main')),
      outdir: join(checkout, 'dist/main'),
      chunkNames: '[name]-[hash]',
      bundle: true,
      platform: 'node',
      target: 'node22.18',
      format: 'esm',
      splitting: true,
      minifyWhitespace: true,
      minifySyntax: true,
      lineLimit: LINE_LIMIT,
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'error',
      external: [`./${ADDON}`],
      banner: { js: REQUIRE },
      plugins: [builtinsByName, smallPartsAtOnce, unusedData, addonBeside].concat(
        sqlite === 'node' ? [nodeSqlite(checkout)] : [],
      ),
      metafile: true,
      write: false,
    });
    const made = outputFiles.map(({ path, contents }) => ({
      path: relative(checkout, path).split(sep).join('/'),
      content: contents,
    }));
    const files = made.filter(({ path }) => !path.endsWith('.map'));
    const lines = { path: LINES, content: Buffer.from(linesOf(made)) };
    return { files: [...files, lines], packages: packagesOf(Object.keys(metafile.inputs)) };
  } catch (cause) {
    throw new HostError(`bundling the agent: ${messageOf(cause)}`, {
      cause,
      remedy: 'Run "npm ci" and "make check" first.',
    });
  }
}

/** Lines of our own sources alone: a tenth of what esbuild tells. */
function linesOf(files: Bundle['files']): string {
  const maps = files.filter(({ path }) => path.endsWith('.map'));
  const byName = maps.map(({ path, content }) => {
    const map = JSON.parse(Buffer.from(content).toString()) as SourceMap;
    const ours = lineMap(map, (source) => source.startsWith('../../src/'));
    const sources = ours.sources.map((source) => source.replace('../../', ''));
    return [basename(path, '.map'), { ...ours, sources }] as const;
  });
  return JSON.stringify(Object.fromEntries(byName));
}

/** For systems that better-sqlite3 has no addon for. */
function nodeSqlite(checkout: string): Plugin {
  const path = join(checkout, 'packaging/node-sqlite.ts');
  return {
    name: 'node-sqlite',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^better-sqlite3$/ }, () => ({ path }));
    },
  };
}

/** better-sqlite3 looks for its addon in several folders of its package, which is not there. */
const addonBeside: Plugin = {
  name: 'addon-beside',
  setup(esbuild) {
    const filter = /node_modules\/better-sqlite3\/lib\/binding\.js$/;
    const contents = `exports.getBinding = () => require('./${ADDON}');`;
    esbuild.onLoad({ filter }, () => ({ contents }));
  },
};

/** The programs, and the code of threads: it is started by its file name, so it must keep one. */
async function entryPoints(folder: string): Promise<string[]> {
  const found = PROGRAMS.map((name) => join(folder, name));
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (/\bparentPort\b/.test(await readFile(path, 'utf8'))) found.push(path);
  }
  return found;
}

function packagesOf(inputs: readonly string[]): readonly string[] {
  const found = inputs.map((path) => /node_modules\/.*$/.exec(path)?.[0]);
  const folders = found.map((path) =>
    /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path ?? ''),
  );
  return [...new Set(folders.flatMap((match) => match?.[0] ?? []))].sort();
}
