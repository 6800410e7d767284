/** tinyproxy, the real program, on a free port with a configuration of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** How it is set up. */
export interface TinyproxyOptions {
  /** Required when given. */
  readonly user?: string;
  readonly password?: string;
  /** The only address clients may come from. Default 127.0.0.1. */
  readonly allow?: string;
}

/** Starts it; it takes connections when this resolves. */
export async function startTinyproxy({ user, password, allow = '127.0.0.1' }: TinyproxyOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'tinyproxy-'));
  const port = await freePort();
  const log = join(folder, 'log');
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    `Allow ${allow}`,
    `LogFile "${log}"`,
    'LogLevel Connect',
    'Timeout 60',
    ...(user === undefined ? [] : [`BasicAuth ${user} ${password ?? ''}`]),
  ];
  writeFileSync(join(folder, 'tinyproxy.conf'), `${lines.join('\n')}\n`);
  const child = spawn('tinyproxy', ['-d', '-c', join(folder, 'tinyproxy.conf')], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`tinyproxy ended with ${child.exitCode}`);
    await delay(10);
  }
  return {
    url: new URL(
      `http://${user === undefined ? '' : `${user}:${password ?? ''}@`}127.0.0.1:${port}`,
    ),
    /** Targets it was asked for, in order. */
    targets: () =>
      [
        ...readFileSync(log, 'utf8').matchAll(/Request \(file descriptor \d+\): CONNECT (\S+)/g),
      ].map(([, target]) => target),
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
