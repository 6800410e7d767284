/** A Debian machine for tests: a root of its own with a real systemd, in namespaces of this kernel. Needs root. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, type RunCommand } from '../../src/system/run-command.ts';
import { until } from './until.ts';

/** What the package depends on or works with, so that a test needs no mirror. */
const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'init-system-helpers', 'adduser', 'ipset', 'iptables'],
  ...['conntrack', 'kmod', 'nftables', 'rsyslog', 'logrotate', 'iproute2', 'bash-completion'],
];
const CACHE = join(tmpdir(), 'ts-test-debian-bookworm-3');
const BOOT = fileURLToPath(new URL('boot-debian.sh', import.meta.url));

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  /** Both outputs, as they came. */
  readonly text: string;
}

/** Debian 12 with {@link PACKAGES}; made once and kept for later runs in the folder for temporary files. */
export function debianRoot(): string {
  if (existsSync(CACHE)) return CACHE;
  const folder = `${CACHE}.${process.pid}`;
  const mirror = 'http://deb.debian.org/debian';
  const include = `--include=${PACKAGES.join(',')}`;
  const argv = ['--variant=minbase', include, 'bookworm', folder, mirror];
  execFileSync('debootstrap', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  // They take the place of rsyslog, so they are only kept ready.
  const inside = ['apt-get', 'install', '-y', '--no-install-recommends', '--download-only'];
  execFileSync('chroot', [folder, ...inside, 'syslog-ng-core', 'ulogd2'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(folder, CACHE);
  return CACHE;
}

/** The machine. Its disk is a layer above the Debian root, and survives a reboot. */
export class DebianHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'ts-debian-'));
  readonly root = join(this.folder, 'root');
  #init: number | null = null;
  #network: string | null = null;
  readonly #children: ChildProcess[] = [];

  /** @param below the root that its disk is a layer above */
  constructor(below = debianRoot()) {
    const at = (name: string): string => join(this.folder, name);
    for (const name of ['upper', 'work', 'root']) mkdirSync(at(name));
    const layers = `lowerdir=${below},upperdir=${at('upper')},workdir=${at('work')}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.root]);
    // No mirror: what is not there is missing.
    writeFileSync(join(this.root, 'etc/apt/sources.list'), '');
    // No name server either: nothing is to wait for one.
    writeFileSync(join(this.root, 'etc/resolv.conf'), 'nameserver 127.0.0.1\n');
    writeFileSync(join(this.root, 'etc/hosts'), `127.0.0.1 localhost ${hostname()}\n`);
  }

  /**
   * Starts systemd and waits until it has started what it is to start.
   * @param network name of a network namespace (ip-netns(8)) that is its network; by default a new one
   */
  async boot(network?: string, withinMs = 60_000): Promise<void> {
    this.#network = network ?? null;
    await this.#start('systemd');
    await until(
      'the machine is up',
      () => /^(running|degraded)/.test(this.do('systemctl is-system-running').text),
      withinMs,
    );
  }

  /** Starts nothing but a first process: what a host without systemd starts is left to the test. */
  async bootBare(): Promise<void> {
    await this.#start('sleep', 'bare');
  }

  async #start(first: string, ...how: readonly string[]): Promise<void> {
    const network = this.#network;
    const child = spawn(
      'nsenter',
      [
        ...(network === null ? [] : [`--net=/run/netns/${network}`]),
        ...['--', 'unshare', ...(network === null ? ['--net'] : [])],
        ...['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc', '--cgroup'],
        ...['--propagation', 'private', 'sh', BOOT, this.root, ...how],
      ],
      { stdio: 'ignore' },
    );
    this.#children.push(child);
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    await until('the machine has a first process', () => {
      const [pid] = readFileSync(children, 'utf8').trim().split(' ');
      this.#init = Number(pid);
      return this.#init > 0 && readFileSync(`/proc/${pid}/comm`, 'utf8') === `${first}\n`;
    });
  }

  /** Ends all processes at once, as a loss of power does. The disk stays. */
  async powerOff(): Promise<void> {
    const child = this.#children.pop();
    if (child === undefined) return;
    const ended = once(child, 'exit');
    if (this.#init !== null) process.kill(this.#init, 'SIGKILL');
    this.#init = null;
    await ended;
  }

  /** Runs lines of shell as root on the machine. */
  do(script: string): Outcome {
    const argv = [...this.inside(), 'chroot', this.root, 'sh', '-c', script];
    const { status, stdout, stderr } = spawnSync('nsenter', argv, {
      encoding: 'utf8',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LANG: 'C' },
    });
    return { code: status, text: stdout + stderr };
  }

  /** As {@link do}. @throws with what was said when it failed */
  must(script: string): string {
    const { code, text } = this.do(script);
    if (code === 0) return text;
    throw new Error(`${script}: exit code ${String(code)}: ${text}`);
  }

  /** Its first process, as this machine counts. @throws before {@link boot} */
  get init(): number {
    if (this.#init === null) throw new Error('the machine is off');
    return this.#init;
  }

  /** Runs a program of the machine, as a driver's port. */
  readonly run: RunCommand = (argv, options) =>
    runCommand(['nsenter', ...this.inside(), 'chroot', this.root, ...argv], options);

  /** Starts a program of this machine in the network of that one. */
  spawnInNetwork(program: string, ...args: readonly string[]): ChildProcess {
    const argv = [`--net=/proc/${String(this.#init)}/ns/net`, program, ...args];
    const child = spawn('nsenter', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    return child;
  }

  async remove(): Promise<void> {
    await this.powerOff();
    execFileSync('umount', ['--lazy', this.root]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Before the first boot: the root alone. */
  private inside(): string[] {
    if (this.#init === null) return ['--'];
    return ['-t', String(this.#init), '-m', '-p', '-n', '-u', '-i', '--'];
  }
}
