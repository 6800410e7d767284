import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { packageArchive, type PackageContent } from '../../../freebsd/package/archive.ts';
import { packageProblems } from '../../../freebsd/package/check-package.ts';
import type { PackageFile } from '../../../packaging/payload.ts';
import type { TarEntry } from '../../../freebsd/package/tar-entry.ts';
import { readTar } from '../../../freebsd/package/tar-read.ts';
import { writeTar } from '../../../freebsd/package/tar-write.ts';

function file(path: string, text = path, mode: 0o644 | 0o755 = 0o644): PackageFile {
  return { path, mode, content: Buffer.from(text) };
}

function content(files: readonly PackageFile[]): PackageContent {
  return {
    identity: {
      version: '3.00.01',
      abi: 'FreeBSD:*:amd64',
      arch: 'freebsd:*:x86:64',
      maintainer: 'someone@example.com',
      homepage: 'https://example.com/',
    },
    files,
    scripts: { 'post-install': 'echo hello\n' },
    modified: 1_700_000_000,
  };
}

const FILES = [
  file('/usr/local/pkg/b.inc'),
  file('/usr/local/bin/b', '#!/bin/sh\n', 0o755),
  file('/usr/local/bin/B'),
  { path: '/usr/local/bin/a', target: '../pkg/b.inc' },
  file('/etc/inc/priv/x.conf.sample'),
];

function manifest(archive: Uint8Array, index: number): Record<string, unknown> {
  const text = Buffer.from(readTar(archive)[index]?.content ?? '').toString('utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the archive of a package', () => {
  it('holds the manifests first, then the files by path', () => {
    const paths = readTar(packageArchive(content(FILES))).map(({ path }) => path);
    assert.deepEqual(paths, [
      '+COMPACT_MANIFEST',
      '+MANIFEST',
      '/etc/inc/priv/x.conf.sample',
      '/usr/local/bin/B',
      '/usr/local/bin/a',
      '/usr/local/bin/b',
      '/usr/local/pkg/b.inc',
    ]);
  });

  it('does not depend on the order its files were given in', () => {
    const other = packageArchive(content([...FILES].reverse()));
    assert.deepEqual(packageArchive(content(FILES)), other);
  });

  it('gives every member to root and wheel, with one time', () => {
    for (const { owner, group, modified, mode } of readTar(packageArchive(content(FILES)))) {
      assert.deepEqual([owner, group, modified], ['root', 'wheel', 1_700_000_000]);
      assert.ok([0o644, 0o755].includes(mode));
    }
  });

  it('lists each file with its SHA-256, a link with that of its target, a sample as any file', () => {
    const sum = (text: string) => `1$${createHash('sha256').update(text).digest('hex')}`;
    assert.deepEqual(manifest(packageArchive(content(FILES)), 1)['files'], {
      '/etc/inc/priv/x.conf.sample': sum('/etc/inc/priv/x.conf.sample'),
      '/usr/local/bin/B': sum('/usr/local/bin/B'),
      '/usr/local/bin/a': sum('../pkg/b.inc'),
      '/usr/local/bin/b': sum('#!/bin/sh\n'),
      '/usr/local/pkg/b.inc': sum('/usr/local/pkg/b.inc'),
    });
  });

  it('carries version, ABI, size and scripts, and no dependency', () => {
    const full = manifest(packageArchive(content(FILES)), 1);
    assert.equal(full['name'], 'ts-pfsense');
    assert.equal(full['version'], '3.00.01');
    assert.equal(full['abi'], 'FreeBSD:*:amd64');
    assert.equal(full['arch'], 'freebsd:*:x86:64');
    assert.equal(full['flatsize'], 73);
    assert.deepEqual(full['scripts'], { 'post-install': 'echo hello\n' });
    assert.equal(full['deps'], undefined);
  });

  for (const [what, files, message] of [
    ['a relative path', [file('usr/local/a')], /must be absolute/],
    ['a path with ".."', [file('/usr/../a')], /without "\.", "\.\."/],
    ['a name that is not ASCII', [file('/usr/local/é')], /in ASCII/],
    ['a name with a blank', [file('/usr/local/a b')], /blanks/],
    ['one path twice', [file('/a'), file('/a')], /twice/],
    ['an absolute symbolic link', [{ path: '/a', target: '/b' }, file('/b')], /absolute path/],
    ['a symbolic link to nothing', [{ path: '/x/a', target: '../b' }], /which is no file/],
  ] as const) {
    it(`with ${what} is refused`, () => {
      assert.throws(() => packageArchive(content(files)), message);
    });
  }
});

describe('the check of a package that was made', () => {
  const entries = (): TarEntry[] => [...readTar(packageArchive(content(FILES)))];
  const last = FILES.length + 1;
  const changed = (index: number, change: Partial<TarEntry>) => {
    const all = entries();
    all[index] = { ...(all[index] as TarEntry), ...change };
    return packageProblems(writeTar(all));
  };

  it('finds nothing wrong with it', () => {
    assert.deepEqual(packageProblems(packageArchive(content(FILES))), []);
  });

  it('names each damage', () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [changed(last, { content: Buffer.from('other') }), /b\.inc has not the checksum/],
      [changed(last, { owner: 'vagrant' }), /is not of root and wheel/],
      [changed(last, { mode: 0o4755 }), /has mode 4755/],
      [changed(last, { path: 'usr/local/pkg/b.inc' }), /not absolute/],
      [changed(last, { path: '/usr/local/pkg/bé.inc' }), /ASCII/],
      [changed(last, { kind: 'hardlink', target: '/usr/local/bin/b' }), /is a hardlink/],
      [changed(4, { target: '/usr/local/pkg/b.inc' }), /leads to an absolute path/],
      [packageProblems(writeTar(entries().slice(0, -1))), /b\.inc is in \+MANIFEST only/],
      [packageProblems(writeTar([...entries()].reverse())), /\+COMPACT_MANIFEST|JSON/],
      [
        packageProblems(writeTar(entries().toSpliced(2, 0, ...entries().slice(3, 4)))),
        /not in order/,
      ],
      [packageProblems(Buffer.from('no')), /no end/],
    ];
    for (const [problems, expected] of cases) assert.match(problems.join('\n'), expected);
  });

  it('names what a manifest lacks or has too much', () => {
    const full = manifest(packageArchive(content(FILES)), 1);
    const withManifest = (change: Record<string, unknown>) =>
      changed(1, { content: Buffer.from(JSON.stringify({ ...full, ...change })) }).join('\n');
    assert.match(withManifest({ abi: undefined }), /has no abi/);
    assert.match(withManifest({ arch: undefined }), /has no arch/);
    assert.match(withManifest({ version: '3.00-01' }), /version has a "-"/);
    assert.match(withManifest({ deps: { node24: {} } }), /has deps/);
    assert.match(withManifest({ comment: 'another' }), /COMPACT_MANIFEST is not/);
  });
});
