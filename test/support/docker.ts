/** The docker of a Debian machine, with one container that is published on a port. No registry is needed. */
import { readdirSync, readlinkSync } from 'node:fs';
import type { DebianHost } from './debian-host.ts';
import { NetworkHost } from './network.ts';
import { pathsBetween, type Lab } from './packet-lab.ts';
import { Peer, type Path } from './packets.ts';

/** Not the one of the other peers: one of them listens on the machine itself. */
const PORT = 8007;
/** Containers go on while dockerd restarts, and have IPv6. Another layer above that of the machine is not possible. */
const SETTINGS = {
  'storage-driver': 'vfs',
  'live-restore': true,
  experimental: true,
  ipv6: true,
  ip6tables: true,
  'fixed-cidr-v6': 'fd17::/64',
};
const CONTAINER = 'published';
const ADDRESSES =
  '{{.State.Pid}} {{.NetworkSettings.IPAddress}} {{.NetworkSettings.GlobalIPv6Address}}';

/** Started and restarted by the test itself. */
export class Docker {
  readonly #debian: DebianHost;
  #inside: NetworkHost | null = null;

  constructor(debian: DebianHost) {
    this.#debian = debian;
  }

  configure(): void {
    this.#debian.must(
      `mkdir -p /etc/docker; echo '${JSON.stringify(SETTINGS)}' >/etc/docker/daemon.json`,
    );
  }

  /** (Re)starts it. It lets nothing through that is not of its containers, so that our rules would not be seen to. */
  readonly startScript =
    'systemctl restart docker; iptables -P FORWARD ACCEPT; ip6tables -P FORWARD ACCEPT';

  /** Makes an image of one program, and starts a container of it. */
  readonly runScript = `
    tar -C / -c bin/busybox | docker import - image
    docker run --detach --name ${CONTAINER} -p ${PORT}:${PORT}/tcp -p ${PORT}:${PORT}/udp \\
      image /bin/busybox sleep 1000000`;

  /** Ways from the container to the hosts outside, and from there to the port it is published on. */
  async paths({ outside }: Lab): Promise<readonly Path[]> {
    const found = this.#debian.must(`docker inspect --format '${ADDRESSES}' ${CONTAINER}`);
    const [pid = '', four = '', six = ''] = found.trim().split(' ');
    this.#inside = new NetworkHost(this.#pidHere(pid));
    const peer = new Peer(this.#inside, PORT);
    const remote = new Peer(outside, PORT);
    await Promise.all([peer.ready(), remote.ready()]);
    const published = { 4: '198.18.0.1', 6: 'fd18::1' };
    return pathsBetween({ name: 'container', peer, 4: four, 6: six }, remote, published);
  }

  /** A process in the network of the container, by its number here and not by that on the machine. */
  #pidHere(pid: string): number {
    const network = this.#debian.must(`readlink /proc/${pid}/ns/net`).trim();
    const here = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const found = here.find((name) => networkOf(name) === network);
    if (found === undefined) throw new Error(`no process here is in ${network}`);
    return Number(found);
  }

  remove(): void {
    this.#inside?.remove();
    this.#debian.do(
      `docker rm --force ${CONTAINER}; systemctl stop docker docker.socket containerd`,
    );
  }
}

function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // It has ended.
  }
}
