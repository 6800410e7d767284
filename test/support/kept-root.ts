/** Debian roots with more in them, each made once and kept for later runs. */
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianRoot } from './debian-host.ts';

/**
 * {@link debianRoot} with more packages.
 * @param name ends in a number, which changes with what is in the root
 * @param packages as apt-get takes them
 * @param then further lines of a shell, run in the root
 */
export function keptRoot(name: string, packages: string, then: readonly string[] = []): string {
  const cache = join(tmpdir(), `ts-test-debian-${name}`);
  if (existsSync(cache)) return cache;
  const folder = `${cache}.${process.pid}`;
  execFileSync('cp', ['--archive', debianRoot(), folder]);
  try {
    inside(folder, 'apt-get update');
    inside(folder, `apt-get install -y --no-install-recommends ${packages}`);
    for (const line of then) inside(folder, line);
    takePlace(folder, cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return cache;
}

/** Another run of the tests may have been first. */
function takePlace(folder: string, cache: string): void {
  try {
    renameSync(folder, cache);
  } catch (error) {
    if (!existsSync(cache)) throw error;
  }
}

function inside(folder: string, script: string): void {
  const environment = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive'];
  const argv = [folder, 'env', ...environment, 'sh', '-ec', script];
  execFileSync('chroot', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
}
