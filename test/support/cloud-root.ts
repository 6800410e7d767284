/** A Debian root as clouds have it: cloud-init makes the machine what it is to be at its first boot. */
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianRoot } from './debian-host.ts';

const CACHE = join(tmpdir(), 'ts-test-debian-cloud-1');
const PACKAGES = 'cloud-init curl ca-certificates sudo iputils-ping';

/** {@link debianRoot} with {@link PACKAGES}; made once and kept for later runs. */
export function cloudRoot(): string {
  if (existsSync(CACHE)) return CACHE;
  const folder = `${CACHE}.${process.pid}`;
  execFileSync('cp', ['--archive', debianRoot(), folder]);
  try {
    inside(folder, 'apt-get update');
    inside(folder, `apt-get install -y --no-install-recommends ${PACKAGES}`);
    takePlace(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return CACHE;
}

/** Another run of the tests may have been first. */
function takePlace(folder: string): void {
  try {
    renameSync(folder, CACHE);
  } catch (error) {
    if (!existsSync(CACHE)) throw error;
  }
}

function inside(folder: string, script: string): void {
  const environment = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive'];
  const argv = [folder, 'env', ...environment, 'sh', '-ec', script];
  execFileSync('chroot', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
}
