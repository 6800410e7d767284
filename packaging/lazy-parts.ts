/** Which parts of the program are files of their own in the bundle. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Loaded when they are asked for, as in the sources. Each further file costs as much time as 15 kB of code: all else that the
 * sources load late is small, and comes with who may ask for it.
 */
const LAZY_PARTS: ReadonlySet<string> = new Set([
  'open-agent.ts',
  'open-settings.ts',
  'settle-bridge.ts',
  'upstream.ts',
]);

/** Makes `await import()` of a small part an `import`. */
export const smallPartsAtOnce: Plugin = {
  name: 'small-parts-at-once',
  setup(esbuild) {
    esbuild.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: withSmallPartsAtOnce(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

function withSmallPartsAtOnce(source: string): string {
  const imports: string[] = [];
  const text = source.replaceAll(/\bawait import\('(\.[^']+)'\)/g, (whole, path: string) => {
    if (LAZY_PARTS.has(basename(path))) return whole;
    const name = `part${imports.length}`;
    imports.push(`import * as ${name} from '${path}';`);
    return name;
  });
  return [text, ...imports].join('\n');
}
