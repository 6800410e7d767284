/** A signed apt repository of a few packages (https://wiki.debian.org/DebianRepository/Format). */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HostError } from '../../src/core/errors.ts';
import type { RunCommand } from '../../src/system/run-command.ts';

/** What the repository is made from. */
export interface AptRepositoryOrder {
  /** Paths of the `.deb` files. */
  readonly packages: readonly string[];
  /** Id, fingerprint or mail address of the secret GPG key that signs, as gpg(1) takes it. */
  readonly key: string;
  /** Its date, seconds since 1970. */
  readonly modified: number;
  /** Where it goes; replaced as a whole. */
  readonly folder: string;
  readonly run: RunCommand;
}

const SUITE = 'stable';
const COMPONENT = 'main';

/**
 * Makes `pool/`, `dists/stable/` with `InRelease` and `Release.gpg`, and `threatstop.asc` (the public key).
 * @throws HostError without a key, as apt takes no repository that is not signed; when a command fails
 */
export async function makeAptRepository(order: AptRepositoryOrder): Promise<void> {
  const { key, run } = order;
  if (key === '') {
    throw new HostError('an apt repository has to be signed, and no key was named', {
      remedy: 'Name a secret key of gpg: make apt-repo KEY=FINGERPRINT (gpg --list-secret-keys).',
    });
  }
  await run(['gpg', '--batch', '--list-secret-keys', key]);
  const folder = `${order.folder}.new`;
  await rm(folder, { recursive: true, force: true });
  const stanzas = await fillPool(order, folder);
  const release = releaseText(await writeIndexes(folder, stanzas), stanzas, order.modified);
  const suite = join(folder, 'dists', SUITE);
  await writeFile(join(suite, 'Release'), release);
  await sign(order, suite);
  const { stdout } = await run(['gpg', '--batch', '--armor', '--export', key]);
  await writeFile(join(folder, 'threatstop.asc'), stdout);
  await rm(order.folder, { recursive: true, force: true });
  await rename(folder, order.folder);
}

/** One package of the index. */
interface Stanza {
  readonly architecture: string;
  readonly text: string;
}

async function fillPool(
  { packages, run }: AptRepositoryOrder,
  folder: string,
): Promise<readonly Stanza[]> {
  const pool = join('pool', COMPONENT);
  await mkdir(join(folder, pool), { recursive: true });
  return Promise.all(
    packages.toSorted().map(async (path) => {
      const name = join(pool, basename(path));
      const bytes = await readFile(path);
      await copyFile(path, join(folder, name));
      const { stdout: control } = await run(['dpkg-deb', '--field', path]);
      const architecture = /^Architecture: (\S+)$/m.exec(control)?.[1] ?? '';
      const facts = [`Filename: ${name}`, `Size: ${bytes.length}`, `SHA256: ${sha256(bytes)}`].join(
        '\n',
      );
      return { architecture, text: `${control.trimEnd()}\n${facts}\n` };
    }),
  );
}

/** A file below the suite's folder. */
interface Index {
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function writeIndexes(folder: string, stanzas: readonly Stanza[]): Promise<readonly Index[]> {
  const indexes = architecturesOf(stanzas).flatMap((architecture): Index[] => {
    const texts = stanzas.filter((one) => one.architecture === architecture);
    const bytes = Buffer.from(texts.map(({ text }) => text).join('\n'));
    const path = join(COMPONENT, `binary-${architecture}`, 'Packages');
    return [
      { path, bytes },
      { path: `${path}.gz`, bytes: gzipSync(bytes, { level: 9 }) },
    ];
  });
  for (const { path, bytes } of indexes) {
    const at = join(folder, 'dists', SUITE, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
  }
  return indexes;
}

function releaseText(
  indexes: readonly Index[],
  stanzas: readonly Stanza[],
  modified: number,
): string {
  const sums = indexes.map(({ path, bytes }) => ` ${sha256(bytes)} ${bytes.length} ${path}`);
  return `${[
    'Origin: ThreatSTOP',
    'Label: ThreatSTOP',
    `Suite: ${SUITE}`,
    `Codename: ${SUITE}`,
    `Architectures: ${architecturesOf(stanzas).join(' ')}`,
    `Components: ${COMPONENT}`,
    `Date: ${new Date(modified * 1000).toUTCString().replace('GMT', 'UTC')}`,
    'SHA256:',
    ...sums,
  ].join('\n')}\n`;
}

async function sign({ key, run }: AptRepositoryOrder, suite: string): Promise<void> {
  const gpg = ['gpg', '--batch', '--yes', '--local-user', key, '--digest-algo', 'SHA512'] as const;
  const release = join(suite, 'Release');
  await run([...gpg, '--clearsign', '--output', join(suite, 'InRelease'), release]);
  await run([...gpg, '--armor', '--detach-sign', '--output', `${release}.gpg`, release]);
}

function architecturesOf(stanzas: readonly Stanza[]): readonly string[] {
  return [...new Set(stanzas.map(({ architecture }) => architecture))].toSorted();
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
