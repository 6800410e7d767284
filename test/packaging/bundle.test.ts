import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, type Bundle } from '../../packaging/bundle.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** What would be compared; the bytes themselves are too many to print where they differ. */
function hashes({ files }: Bundle): readonly string[] {
  return files.map(
    ({ path, content }) => `${path} ${createHash('sha256').update(content).digest('hex')}`,
  );
}

describe('the bundle', () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await bundleOf(CHECKOUT);
  });

  const texts = () => bundle.files.map(({ content }) => Buffer.from(content).toString());

  it('holds the programs and the code of threads, below dist/main', () => {
    const paths = bundle.files.map(({ path }) => path);
    for (const name of ['service', 'tsadmin', 'enforce-worker']) {
      assert.ok(paths.includes(`dist/main/${name}.js`), name);
    }
    assert.ok(paths.every((path) => /^dist\/main\/[\w.-]+\.(?:js|json)$/.test(path)));
  });

  it('imports no module of Node as a whole: each import would evaluate all that it exports', () => {
    const imported = texts().flatMap((text) => [
      ...text.matchAll(/\b(?:from|import)\s*["']((?:node:)?[a-z_/]+)["']/g),
    ]);
    const names = new Set(imported.map(([, name]) => name));
    assert.deepEqual([...names], ['node:process']);
    assert.ok(texts().some((text) => text.includes('getBuiltinModule("node:http")')));
  });

  it('has no tables that nobody looks into, but the licences of their packages', () => {
    const bytes = bundle.files.reduce((sum, { content }) => sum + content.length, 0);
    assert.ok(bytes < 1_500_000, `${bytes} bytes`);
    for (const name of ['iconv-lite', 'mime-db', 'web-streams-polyfill']) {
      assert.ok(bundle.packages.includes(`node_modules/${name}`));
    }
  });

  it('has every command load less than 130 kB of it before it does anything', () => {
    const byName = new Map(bundle.files.map(({ path }, index) => [basename(path), texts()[index]]));
    const loaded = new Set(['tsadmin.js']);
    for (const name of loaded) {
      const text = byName.get(name) ?? '';
      for (const [, next] of text.matchAll(/\b(?:from|import)"\.\/([\w.-]+\.js)"/g))
        loaded.add(next!);
    }
    const sizes = [...loaded].map((name) => [name, byName.get(name)?.length ?? NaN] as const);
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(loaded.size > 3 && total < 130_000, sizes.join(' '));
  });

  it('does not depend on the folder it is made from', async () => {
    const from = process.cwd();
    process.chdir('/');
    try {
      assert.deepEqual(hashes(await bundleOf(CHECKOUT)), hashes(bundle));
    } finally {
      process.chdir(from);
    }
  });

  it('says what to do where a source is missing', async () => {
    await assert.rejects(bundleOf('/nowhere'), /bundling the agent/);
  });
});
