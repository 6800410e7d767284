/** A Debian root with programs that keep firewall rules of their own. */
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianRoot } from './debian-host.ts';

const CACHE = join(tmpdir(), 'ts-test-debian-neighbours-2');
const PACKAGES = 'ufw fail2ban firewalld python3-systemd docker.io busybox-static';
const SERVICES = 'ufw fail2ban firewalld docker docker.socket containerd';

/** {@link debianRoot} with {@link PACKAGES}, none of which starts by itself; made once and kept for later runs. */
export function neighbourRoot(): string {
  if (existsSync(CACHE)) return CACHE;
  const folder = `${CACHE}.${process.pid}`;
  execFileSync('cp', ['--archive', debianRoot(), folder]);
  try {
    inside(folder, 'apt-get update');
    inside(folder, `apt-get install -y --no-install-recommends ${PACKAGES}`);
    inside(folder, `systemctl disable ${SERVICES}`);
    renameSync(folder, CACHE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return CACHE;
}

function inside(folder: string, script: string): void {
  const environment = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive'];
  const argv = [folder, 'env', ...environment, 'sh', '-ec', script];
  execFileSync('chroot', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
}
