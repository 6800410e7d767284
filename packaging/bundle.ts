/** The agent and its dependencies in few files, made by esbuild. */
import { readFile, readdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { HostError, messageOf } from '../src/core/errors.ts';

/** Only the agent runs on a firewall; the portal does not. */
const PROGRAMS = ['tsadmin.ts', 'service.ts'];
/** CommonJS packages call `require`, which an ES module has not. */
const REQUIRE =
  "import{createRequire as moduleRequire}from'node:module';const require=moduleRequire(import.meta.url);";

/** What was bundled. */
export interface Bundle {
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Folders of the npm packages it holds, e.g. `node_modules/express`. */
  readonly packages: readonly string[];
}

/**
 * Bundles the programs of a checkout. The same sources give the same bytes, wherever they are.
 * @param external packages that are not put into it
 * @returns files below `dist/main`; no identifier is shortened, so that a stack trace can be read
 * @throws HostError when the bundler fails
 */
export async function bundleOf(checkout: string, external: readonly string[]): Promise<Bundle> {
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
      legalComments: 'none',
      logLevel: 'error',
      external: [...external],
      banner: { js: REQUIRE },
      plugins: [builtinsByName, noOldEncodings],
      metafile: true,
      write: false,
    });
    const files = outputFiles.map(({ path, contents }) => ({
      path: relative(checkout, path).split(sep).join('/'),
      content: contents,
    }));
    return { files, packages: packagesOf(Object.keys(metafile.inputs)) };
  } catch (cause) {
    throw new HostError(`bundling the agent: ${messageOf(cause)}`, {
      cause,
      remedy: 'Run "npm ci" and "make check" first.',
    });
  }
}

/** What it exports differs from one moment to the next, and the bundle must not. */
const GROWING = 'node:process';

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An `import` of them evaluates every name they export: of
 * `node:http` that loads undici, of `node:crypto` the Web Crypto classes, 9 MB that nobody here uses.
 */
const builtinsByName: Plugin = {
  name: 'builtins-by-name',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) => {
      const taken = kind === 'import-statement' && isBuiltin(path) && path !== GROWING;
      return taken ? { path, namespace: 'builtin', sideEffects: false } : undefined;
    });
    esbuild.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: moduleOf(path),
    }));
  },
};

/** A module with the names of a built-in one; those that nobody imports are left out, and so never evaluated. */
function moduleOf(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(
    (name) => name !== 'default',
  );
  return [
    `const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});`,
    'const named = (name) => whole[name];',
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ named('${name}');`),
    'export default whole;',
  ].join('\n');
}

/** Forms and feeds are UTF-8: the tables of East Asian encodings, half a megabyte that is kept in memory, stay out. */
const noOldEncodings: Plugin = {
  name: 'no-old-encodings',
  setup(esbuild) {
    const filter = /node_modules\/iconv-lite\/encodings\/tables\/[^/]+\.json$/;
    esbuild.onLoad({ filter }, () => ({ contents: '[]', loader: 'json' }));
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
