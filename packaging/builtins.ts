/** Node's own modules in the bundle: loaded where the first of their functions is called. */
import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** What it exports differs from one moment to the next, and the bundle must not. */
const GROWING = 'node:process';
/** These are in Node's start-up snapshot, or as good as: there is nothing to put off. */
const AT_HAND = /^(?:node:)?(?:path|fs|url|util|events|buffer|module|async_hooks)$/;

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An `import` of them evaluates every name they export: of
 * `node:http` that loads undici, of `node:crypto` the Web Crypto classes, 9 MB that nobody here uses. A function is looked up
 * when it is called first: a small command then loads neither `node:crypto` nor `node:zlib` (10 ms).
 */
export const builtinsByName: Plugin = {
  name: 'builtins-by-name',
  setup(esbuild) {
    const { absWorkingDir = '/' } = esbuild.initialOptions;
    esbuild.onResolve({ filter: /^[a-z]/ }, ({ path, kind, importer }) => {
      if (kind !== 'import-statement' || !isBuiltin(path) || path === GROWING) return undefined;
      // One for each importer: what one takes whole is not loaded with the others.
      const suffix = `?${relative(absWorkingDir, importer)}`;
      return { path, suffix, namespace: 'builtin', sideEffects: false };
    });
    esbuild.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: moduleOf(path),
    }));
  },
};

/** A module with the names of a built-in one; those that nobody imports are left out, and so never evaluated. */
function moduleOf(path: string): string {
  const module: object = process.getBuiltinModule(path) ?? {};
  const named = Object.entries(module).filter(([name]) => name !== 'default');
  return [
    'let kept;',
    `const whole = () => (kept ??= process.getBuiltinModule(${JSON.stringify(path)}));`,
    'const named = (name) => whole()[name];',
    ...named.map(([name, value]) => `export const ${name} = ${accessTo(path, name, value)};`),
    'export default /* @__PURE__ */ whole();',
  ].join('\n');
}

function accessTo(path: string, name: string, value: unknown): string {
  if (!AT_HAND.test(path) && isPlainFunction(name, value))
    return `(...given) => whole().${name}(...given)`;
  return `/* @__PURE__ */ named('${name}')`;
}

/** No class, and nothing is found on it (as `util.promisify.custom` is on `child_process.execFile`). */
function isPlainFunction(name: string, value: unknown): boolean {
  if (typeof value !== 'function' || !/^[a-z]/.test(name)) return false;
  const own = Reflect.ownKeys(value).filter(
    (key) => !['length', 'name', 'prototype'].includes(String(key)),
  );
  return own.length === 0;
}
