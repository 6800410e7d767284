import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TarEntry } from '../../../freebsd/package/tar-entry.ts';
import { readTar } from '../../../freebsd/package/tar-read.ts';
import { writeTar } from '../../../freebsd/package/tar-write.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function entry(change: Partial<TarEntry> & { readonly path: string }): TarEntry {
  return {
    kind: 'file',
    mode: 0o644,
    owner: 'root',
    group: 'wheel',
    modified: 1_700_000_000,
    content: new Uint8Array(0),
    target: '',
    ...change,
  };
}

describe('tar archives', () => {
  const folder = temporaryFolder();

  it('are read back as they were written', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '.', '_', '-'),
      minLength: 1,
      maxLength: 60,
    });
    const path = fc
      .array(name, { minLength: 1, maxLength: 6 })
      .map((names) => `/${names.join('/')}`);
    const file = fc
      .record({ path, mode: fc.nat(0o777), content: fc.uint8Array({ maxLength: 1200 }) })
      .map(({ content, ...rest }) => entry({ ...rest, content: Buffer.from(content) }));
    const link = fc
      .record({ path, target: path })
      .map((values) => entry({ ...values, kind: 'symlink' }));
    fc.assert(
      fc.property(fc.array(fc.oneof(file, link), { maxLength: 5 }), (entries) => {
        const found = readTar(writeTar(entries));
        const plain = (entry: TarEntry) => ({ ...entry, content: [...entry.content] });
        assert.deepEqual(found.map(plain), entries.map(plain));
      }),
      { numRuns: 300 },
    );
  });

  it('are read by tar(1), with owners, modes, times and paths of any length', () => {
    const long = `/usr/local/${'a'.repeat(90)}/${'b'.repeat(90)}`;
    const longest = `/usr/local/${'c'.repeat(180)}`;
    const archive = writeTar([
      entry({ path: '+MANIFEST', content: Buffer.from('{}\n') }),
      entry({ path: long, mode: 0o755, content: Buffer.from('x') }),
      entry({ path: longest, content: Buffer.from('y') }),
      entry({ path: '/usr/local/bin/a', kind: 'symlink', mode: 0o755, target: '../b' }),
    ]);
    const path = join(folder(), 'x.tar');
    writeFileSync(path, archive);
    const listing = execFileSync('tar', ['-tvPf', path, '--full-time'], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });
    assert.deepEqual(
      listing
        .trim()
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
      [
        '-rw-r--r-- root/wheel 3 2023-11-14 22:13:20 +MANIFEST',
        `-rwxr-xr-x root/wheel 1 2023-11-14 22:13:20 ${long}`,
        `-rw-r--r-- root/wheel 1 2023-11-14 22:13:20 ${longest}`,
        'lrwxr-xr-x root/wheel 0 2023-11-14 22:13:20 /usr/local/bin/a -> ../b',
      ],
    );
  });

  it('of tar(1) are read, hard links too', () => {
    writeFileSync(join(folder(), 'one'), 'content');
    execFileSync('ln', [join(folder(), 'one'), join(folder(), 'two')]);
    const path = join(folder(), 'x.tar');
    execFileSync('tar', ['--format=pax', '-cf', path, '-C', folder(), 'one', 'two']);
    const archive = execFileSync('cat', [path]);
    assert.deepEqual(
      readTar(archive).map(({ path, kind, target }) => [path, kind, target]),
      [
        ['one', 'file', ''],
        ['two', 'hardlink', 'one'],
      ],
    );
  });

  it('with a changed header, or cut off, are refused', () => {
    const archive = Buffer.from(writeTar([entry({ path: '/a', content: Buffer.alloc(600) })]));
    assert.throws(() => readTar(archive.subarray(0, 1024)), /ends within a file/);
    assert.throws(() => readTar(archive.subarray(0, 1536)), /has no end/);
    archive[0] = 0x62;
    assert.throws(() => readTar(archive), /wrong checksum/);
  });
});
