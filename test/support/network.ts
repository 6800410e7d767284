/** Hosts for tests: network namespaces of the kernel, joined by virtual cables. Needs root. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { runCommand, type RunCommand } from '../../src/system/run-command.ts';

/** A namespace: interfaces, rules, sets and connections of its own. */
export class NetworkHost {
  readonly name: string;
  /** Runs a program in the namespace, as a driver's port. */
  readonly run: RunCommand;
  readonly #children: ChildProcess[] = [];

  /** @param pid a process whose namespace it is to be; by default a new one is made */
  constructor(pid?: number) {
    this.name = `ts-${randomBytes(4).toString('hex')}`;
    requireRoot();
    const how = pid === undefined ? ['add', this.name] : ['attach', this.name, String(pid)];
    execFileSync('ip', ['netns', ...how]);
    this.run = (argv, options) => runCommand(['ip', 'netns', 'exec', this.name, ...argv], options);
    // An IPv6 address is usable at once, instead of after a second of looking for doubles.
    this.script('echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; ip link set lo up');
  }

  /** Runs a program to its end and gives what it printed. @throws with its stderr when it fails */
  do(...argv: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    });
  }

  /** The processes in the namespace, a number a line. */
  pids(): string {
    return execFileSync('ip', ['netns', 'pids', this.name], { encoding: 'utf8' });
  }

  /** Runs the lines of a shell text. */
  script(text: string): string {
    return this.do('sh', '-ec', text);
  }

  /** Starts a program that runs until the host is removed. */
  start(...argv: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.name, ...argv], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    return child;
  }

  /** Ends its programs and takes the namespace away, with all that is in it. */
  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}

/** Lays a cable between two hosts; the ends get the given names. */
export function connect(a: NetworkHost, endA: string, b: NetworkHost, endB: string): void {
  // Made inside the first one, so that nothing appears on the machine itself.
  a.do('ip', 'link', 'add', endA, 'type', 'veth', 'peer', 'name', endB, 'netns', b.name);
  a.do('ip', 'link', 'set', endA, 'up');
  b.do('ip', 'link', 'set', endB, 'up');
}

/** @throws saying what is needed, where the test is not run as root */
function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Error('tests of the Linux firewall make network namespaces: run them as root');
}
