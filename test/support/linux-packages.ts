/** Packages for tests: ours of two releases, a stand-in for `nodejs`, and a repository signed with a throw-away key. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { makeAptRepository } from '../../linux/package/apt-repository.ts';
import { makeDeb } from '../../linux/package/deb.ts';
import type { LinuxPackageOrder } from '../../linux/package/order.ts';
import { makeRpm } from '../../linux/package/rpm.ts';
import { runCommand } from '../../src/system/run-command.ts';
import type { DebianHost } from './debian-host.ts';

export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
/** A moment for the files of packages made here. */
export const MODIFIED = 1_700_000_000;

/** A secret key of gpg in a folder of its own; commands find it by GNUPGHOME. */
export class ThrowAwayKey {
  readonly name = 'tests@example.invalid';
  readonly #home = mkdtempSync(join(tmpdir(), 'ts-gpg-'));
  readonly #before = process.env['GNUPGHOME'];

  constructor() {
    chmodSync(this.#home, 0o700);
    process.env['GNUPGHOME'] = this.#home;
    const make = ['--batch', '--passphrase', '', '--quick-generate-key', this.name, 'ed25519'];
    execFileSync('gpg', [...make, 'sign', 'never'], { stdio: 'ignore' });
  }

  remove(): void {
    execFileSync('gpgconf', ['--kill', 'all']);
    if (this.#before === undefined) delete process.env['GNUPGHOME'];
    else process.env['GNUPGHOME'] = this.#before;
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** What may be other than usual in a package. */
type Unusual = Partial<
  Pick<LinuxPackageOrder, 'release' | 'nodeRuntime' | 'architecture' | 'compression'>
>;

/** Makes our package. @returns its path */
export function makeTestDeb(out: string, unusual: Unusual = {}): Promise<string> {
  return makeDeb(orderOf(out, unusual));
}

/** As {@link makeTestDeb}, for the RHEL family. */
export function makeTestRpm(out: string, unusual: Unusual = {}): Promise<string> {
  return makeRpm(orderOf(out, unusual));
}

function orderOf(out: string, unusual: Unusual): LinuxPackageOrder {
  return {
    ...{ checkout: CHECKOUT, architecture: 'amd64', nodeRuntime: undefined },
    ...{ modified: MODIFIED, out, run: runCommand, compression: 'gzip' },
    ...unusual,
  };
}

/** A folder with the Node that runs the tests, as nodejs.org packs it. */
export function makeNodeRuntime(folder: string): string {
  const runtime = join(folder, 'runtime');
  mkdirSync(join(runtime, 'bin'), { recursive: true });
  copyFileSync(process.execPath, join(runtime, 'bin/node'));
  return runtime;
}

/**
 * Debian 12 has Node 18: a package `nodejs` of the Node that runs the tests.
 * @param target where that is on the machine already; it is then only linked to
 * @returns its path
 */
export function makeNodePackage(out: string, target?: string): string {
  const folder = join(out, 'nodejs');
  mkdirSync(join(folder, 'DEBIAN'), { recursive: true });
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  const program = join(folder, 'usr/bin/node');
  if (target === undefined) copyFileSync(process.execPath, program);
  else symlinkSync(target, program);
  if (target === undefined) chmodSync(program, 0o755);
  const control = [
    'Package: nodejs',
    `Version: ${process.versions.node}-1`,
    'Architecture: amd64',
    'Maintainer: Tests <tests@example.invalid>',
    'Description: the Node of the tests',
  ];
  writeFileSync(join(folder, 'DEBIAN/control'), `${control.join('\n')}\n`);
  const path = join(out, 'nodejs_test_amd64.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', folder, path], {
    stdio: 'ignore',
  });
  rmSync(folder, { recursive: true });
  return path;
}

/** Makes a signed repository. */
export function makeRepository(
  folder: string,
  packages: readonly string[],
  key: string,
): Promise<void> {
  return makeAptRepository({ packages, key, modified: MODIFIED, folder, run: runCommand });
}

/**
 * The log lines a device has collected that hold a word, after it has looked. The kernel's log is shared by all machines of
 * this kernel, so counts of all lines tell nothing. Nothing takes uploads there: the command fails, and has collected before.
 */
export function collectedLines(host: DebianHost, word: string): readonly string[] {
  host.do('tsadmin logs');
  // A copy, so that the journal of the database is not touched by another user.
  const folder = mkdtempSync(join(tmpdir(), 'ts-hits-'));
  try {
    for (const part of ['', '-wal']) {
      copyFileSync(
        join(host.root, `var/lib/threatstop/agent.sqlite${part}`),
        join(folder, `agent.sqlite${part}`),
      );
    }
    const database = new Sqlite(join(folder, 'agent.sqlite'));
    const lines = database.prepare('SELECT CAST(line AS TEXT) FROM hits').pluck().all() as string[];
    database.close();
    return lines.filter((line) => line.includes(word));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
