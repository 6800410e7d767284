/** Which parts of the program are files of their own in the bundle. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * What the sources load late though it is small, beside all that `src/cli` does. Each further file costs as much time as 15 kB
 * of code, so these come with who may ask for them; the agent and its drivers stay files of their own.
 */
const SMALL_PARTS: ReadonlySet<string> = new Set([
  'agent-for-command.ts',
  'atomic-file.ts',
  'read-secret.ts',
]);

/** Makes `await import()` of a small part an `import`. */
export const smallPartsAtOnce: Plugin = {
  name: 'small-parts-at-once',
  setup(esbuild) {
    esbuild.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: withSmallPartsAtOnce(await readFile(path, 'utf8'), path.includes('/src/cli/')),
      loader: 'ts',
    }));
  },
};

function withSmallPartsAtOnce(source: string, isCli: boolean): string {
  const imports: string[] = [];
  const text = source.replaceAll(/\bawait import\('(\.[^']+)'\)/g, (whole, path: string) => {
    if (!isCli && !SMALL_PARTS.has(basename(path))) return whole;
    const name = `part${imports.length}`;
    imports.push(`import * as ${name} from '${path}';`);
    return name;
  });
  return [text, ...imports].join('\n');
}
