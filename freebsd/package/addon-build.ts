/** Cross-compiles the addon of better-sqlite3 for FreeBSD; its npm package has the sources but no FreeBSD binary. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import type { RunCommand } from '../../src/system/run-command.ts';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { addonProblems } from './addon-check.ts';

/** What the build needs. */
export interface AddonBuild {
  readonly architecture: Architecture;
  /** The folder that holds `better-sqlite3`, `node-addon-api` and `node-api-headers`. */
  readonly modules: string;
  /** Objects, the compiler's cache and the result go below this folder. */
  readonly workFolder: string;
  /** Path of `zig`. */
  readonly compiler: string;
  readonly run: RunCommand;
}

/** The first build for a target compiles libc++ too. */
const COMPILE_TIMEOUT_MS = 900_000;
/** Everything but the two functions Node looks for stays inside: C++'s operator new must not be Node's. */
const VERSION_SCRIPT =
  '{ global: napi_register_module_v1; node_api_module_get_api_version_v1; local: *; };\n';

/**
 * Builds and checks the addon.
 * @returns the path of `better_sqlite3.node`
 * @throws HostError when the compiler fails, or FreeBSD could not load what it made
 */
export async function buildAddon(build: AddonBuild): Promise<string> {
  const { architecture, compiler, modules } = build;
  const folder = join(build.workFolder, architecture);
  await mkdir(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const zig = (language: 'cc' | 'c++', args: readonly string[]): Promise<unknown> =>
    build.run(
      [
        'env',
        `ZIG_GLOBAL_CACHE_DIR=${join(build.workFolder, 'zig-cache')}`,
        `ZIG_LOCAL_CACHE_DIR=${join(build.workFolder, 'zig-cache')}`,
        ...[compiler, language, '-target', ARCHITECTURES[architecture].zigTarget, ...args],
      ],
      { timeoutMs: COMPILE_TIMEOUT_MS },
    );
  const source = join(modules, 'better-sqlite3');
  const defines = sqliteDefines(await readFile(join(source, 'deps/defines.gypi'), 'utf8'));
  await writeFile(at('exports.map'), VERSION_SCRIPT);
  await zig('cc', [...sqliteFlags(defines), '-c', sqliteSource(source), '-o', at('sqlite3.o')]);
  await zig('c++', [...addonFlags(modules), '-c', addonSource(source), '-o', at('addon.o')]);
  const link = ['-shared', '-s', '-w', '-Wl,-z,now', '-Wl,--gc-sections'];
  const exports = `-Wl,--version-script=${at('exports.map')}`;
  const result = at('better_sqlite3.node');
  await zig('c++', [...link, exports, at('sqlite3.o'), at('addon.o'), '-o', result]);
  await checkAddon(result, architecture);
  return result;
}

/** @throws HostError naming the file and each reason why FreeBSD or Node could not load it */
export async function checkAddon(path: string, architecture: Architecture): Promise<void> {
  const problems = addonProblems(await readFile(path), architecture);
  if (problems.length === 0) return;
  throw new HostError(`the SQLite addon ${path} cannot be in the package: ${problems.join('; ')}`);
}

/** The names between quotes in `'defines': [...]`: the options better-sqlite3 is built with everywhere. */
function sqliteDefines(gypi: string): readonly string[] {
  return Array.from(
    gypi.matchAll(/^\s*'([A-Z0-9_]+(?:=-?[0-9]+)?)',$/gm),
    ([, name]) => `-D${name ?? ''}`,
  );
}

function sqliteFlags(defines: readonly string[]): readonly string[] {
  const flags = ['-O3', '-fPIC', '-std=c99', '-w', '-fvisibility=hidden', '-fno-sanitize=all'];
  return [...flags, '-DNDEBUG', ...defines];
}

function addonFlags(modules: string): readonly string[] {
  return [
    ...['-O3', '-fPIC', '-std=c++20', '-w', '-fvisibility=hidden'],
    ...['-fno-rtti', '-fno-exceptions', '-fno-sanitize=all', '-DNDEBUG', '-DNAPI_VERSION=10'],
    ...['-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
    `-I${join(modules, 'node-addon-api')}`,
    `-I${join(modules, 'node-api-headers/include')}`,
    `-I${join(modules, 'better-sqlite3/deps/sqlite3')}`,
  ];
}

function sqliteSource(source: string): string {
  return join(source, 'deps/sqlite3/sqlite3.c');
}

function addonSource(source: string): string {
  return join(source, 'src/better_sqlite3.cpp');
}
