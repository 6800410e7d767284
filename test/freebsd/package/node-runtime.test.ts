import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { readNodePayload } from '../../../freebsd/package/node-payload.ts';
import { makeRuntime } from '../../../freebsd/package/runtime/make-runtime.ts';
import { openMirror } from '../../../freebsd/package/runtime/mirror.ts';
import { readTar } from '../../../freebsd/package/tar-read.ts';
import { writeTar } from '../../../freebsd/package/tar-write.ts';
import { runCommand } from '../../../src/system/run-command.ts';
import { elfFile } from '../../support/elf-file.ts';
import {
  startPackageMirror,
  type MirrorSource,
  type PackageMirror,
} from '../../support/package-mirror.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../../freebsd/node-runtime', import.meta.url));
const NODE = elfFile({ needed: ['libuv.so.1', 'libcrypto.so.30'], freebsdVersion: 1400097 });
const LIBUV = elfFile({ soname: 'libuv.so.1', needed: ['libthr.so.3', 'libicu.so.76'] });
const LIBICU = elfFile({ soname: 'libicu.so.76', needed: ['libc++.so.1', 'libc.so.7'] });

const SOURCES: readonly MirrorSource[] = [
  { name: 'node24', files: { '/usr/local/bin/node': NODE }, needs: ['libuv', 'ca_root_nss'] },
  {
    name: 'libuv',
    files: {
      '/usr/local/lib/libuv.so.1': 'libuv.so.1.0.0',
      '/usr/local/lib/libuv.so.1.0.0': LIBUV,
    },
    needs: ['icu', 'libuv'],
  },
  {
    name: 'icu',
    files: { '/usr/local/lib/libicu.so.76': LIBICU, '/usr/local/lib/libicuio.so.76': LIBICU },
  },
  { name: 'ca_root_nss', files: { '/usr/local/share/certs/ca.crt': Buffer.from('certificates') } },
  { name: 'unrelated', files: { '/usr/local/bin/other': Buffer.from('other') } },
];

describe('freebsd/node-runtime', () => {
  const folder = temporaryFolder();
  let mirror: PackageMirror;

  async function start(sources: readonly MirrorSource[]): Promise<void> {
    mirror = await startPackageMirror(sources);
  }
  afterEach(() => mirror.close());

  function make(fingerprint = mirror.fingerprint) {
    return makeRuntime(
      openMirror(mirror.url, fingerprint, runCommand),
      'node24',
      join(folder(), 'node'),
    );
  }

  /** The packages, one of them changed. */
  function without(name: string, change: Partial<MirrorSource>): readonly MirrorSource[] {
    return SOURCES.map((source) => (source.name === name ? { ...source, ...change } : source));
  }

  it('makes a folder with Node and exactly the libraries that are not in the base system', async () => {
    await start(SOURCES);
    const made = await make();
    assert.deepEqual(made.libraries, ['libicu.so.76', 'libuv.so.1']);
    assert.deepEqual(
      made.packages.map(({ name }) => name),
      ['ca_root_nss', 'icu', 'libuv', 'node24'],
    );
    const at = join(folder(), 'node');
    assert.deepEqual(readdirSync(at, { recursive: true }).sort(), [
      'bin',
      'bin/node',
      'lib',
      'lib/libicu.so.76',
      'lib/libuv.so.1',
      'runtime.json',
    ]);
    assert.deepEqual(readFileSync(join(at, 'lib/libuv.so.1')), Buffer.from(LIBUV));
    assert.deepEqual(JSON.parse(readFileSync(join(at, 'runtime.json'), 'utf8')), made);
  });

  it('gives a package its Node, with processor and release of FreeBSD', async () => {
    await start(SOURCES);
    await make();
    const payload = await readNodePayload(join(folder(), 'node'));
    assert.equal(payload.architecture, 'amd64');
    assert.equal(payload.release, 14);
    const home = '/usr/local/libexec/ts-pfsense/runtime';
    assert.deepEqual(
      payload.files.map((file) => [file.path, 'mode' in file ? file.mode : 0]),
      [
        [`${home}/bin/node`, 0o755],
        [`${home}/lib/libicu.so.76`, 0o644],
        [`${home}/lib/libuv.so.1`, 0o644],
      ],
    );
  });

  it('runs as a command', async () => {
    await start(SOURCES);
    const at = join(folder(), 'made here');
    const args = [mirror.url, at, `--fingerprint=${mirror.fingerprint}`];
    const { stdout } = await promisify(execFile)(PROGRAM, args);
    assert.match(stdout, /node24-1\.0,1\n {2}lib: libicu\.so\.76 libuv\.so\.1\n$/);
    assert.ok(existsSync(join(at, 'bin/node')));
  });

  const refusals: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
    [
      'a package that has not the hash of the catalogue',
      async () => {
        await start(SOURCES);
        const path = '/All/Hashed/icu-1.0~0a1b2c.pkg';
        const bytes = Buffer.from(mirror.content.get(path) ?? []);
        mirror.content.set(path, Buffer.concat([bytes, Buffer.from('x')]));
      },
      /icu-1\.0~0a1b2c\.pkg of the mirror has SHA-256 .*, its catalogue says/,
    ],
    [
      'a package that is missing',
      async () => {
        await start(SOURCES);
        mirror.content.delete('/All/Hashed/libuv-1.0~0a1b2c.pkg');
      },
      /libuv-1\.0~0a1b2c\.pkg: the mirror answered 404/,
    ],
    [
      'a dependency the mirror does not list',
      () => start(without('libuv', { needs: ['gone'] })),
      /no package gone, which libuv needs/,
    ],
    [
      'a library that no package has',
      () => start(without('icu', { files: {} })),
      /no package has the library libicu\.so\.76/,
    ],
    [
      'a Node for another system',
      () => start(without('node24', { files: { '/usr/local/bin/node': elfFile({}) } })),
      /bin\/node is not for FreeBSD/,
    ],
    [
      'a package without Node',
      () => start(without('node24', { files: {} })),
      /node24 has no \/usr\/local\/bin\/node/,
    ],
  ];
  for (const [what, prepare, message] of refusals) {
    it(`refuses ${what}, and leaves no folder`, async () => {
      await prepare();
      await assert.rejects(make(), message);
      assert.ok(!existsSync(join(folder(), 'node')));
    });
  }

  it('refuses a catalogue that is signed by another key', async () => {
    await start(SOURCES);
    await assert.rejects(make('0'.repeat(64)), /signed by another key: [0-9a-f]{64}/);
  });

  it('refuses a catalogue that was changed after it was signed', async () => {
    await start(SOURCES);
    const signed = zstdDecompressSync(mirror.content.get('/packagesite.pkg') ?? Buffer.alloc(0));
    const changed = readTar(signed).map((entry) =>
      entry.path === 'packagesite.yaml'
        ? { ...entry, content: Buffer.concat([entry.content, Buffer.from('\n')]) }
        : entry,
    );
    mirror.content.set('/packagesite.pkg', writeTar(changed));
    await assert.rejects(make(), /signature of the catalogue of the mirror is wrong/);
  });
});
