import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import { build } from 'esbuild';
import fc from 'fast-check';
import { lineMap, type SourceMap as Payload } from '../../packaging/line-map.ts';

/** A source of a few functions over several lines, and its map as esbuild makes it. */
async function minified(words: readonly string[]): Promise<{ code: string; map: Payload }> {
  const contents = words.map(
    (word, index) => `export\nfunction f${index}() {\n  return [\n'${word}'];\n}`,
  );
  const { outputFiles } = await build({
    stdin: { contents: contents.join('\n'), sourcefile: 'src/a.js' },
    bundle: true,
    format: 'esm',
    minifyWhitespace: true,
    lineLimit: 60,
    sourcemap: 'external',
    outfile: '/out.js',
    write: false,
  });
  const [map, code] = outputFiles.map(({ text }) => text);
  return { code: code ?? '', map: JSON.parse(map ?? '') as Payload };
}

const asNode = (map: Payload) =>
  new SourceMap({
    ...map,
    file: '',
    sourceRoot: '',
    sourcesContent: [],
    sources: [...map.sources],
    names: [...map.names],
  });

describe('the map of lines', () => {
  const texts = fc.array(fc.stringMatching(/^[a-z]{1,60}$/), { minLength: 1, maxLength: 12 });

  it('names the same line as the whole map, for every place of the generated text', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (words) => {
        const { code, map } = await minified(words);
        const [whole, small] = [asNode(map), asNode(lineMap(map, () => true))];
        for (const [line, text] of code.split('\n').entries()) {
          for (let column = 0; column < text.length; column++) {
            const [a, b] = [whole, small].map((one) => one.findEntry(line, column));
            const place = (entry: object | undefined) =>
              entry !== undefined && 'originalLine' in entry ? entry.originalLine : null;
            assert.equal(place(b), place(a), `${line}:${column} of ${code}`);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('names nothing of a file that is left out', async () => {
    const { map } = await minified(['one', 'two']);
    const small = lineMap(map, () => false);
    assert.deepEqual(small.sources, []);
    const entry = asNode(small).findEntry(0, 20);
    assert.equal('originalSource' in entry ? entry.originalSource : undefined, undefined);
  });
});
