import { keptRoot } from './kept-root.ts';

const PACKAGES = 'ufw fail2ban firewalld python3-systemd docker.io busybox-static';
const SERVICES = 'ufw fail2ban firewalld docker docker.socket containerd';

/** A Debian root with programs that keep firewall rules of their own, none of which starts by itself. */
export function neighbourRoot(): string {
  return keptRoot('neighbours-2', PACKAGES, [`systemctl disable ${SERVICES}`]);
}
