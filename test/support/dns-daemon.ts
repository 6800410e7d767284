import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A name server process of a test. */
export interface DnsDaemon {
  stop(): Promise<void>;
}

const START_MS = 10_000;

/**
 * Starts a name server in the foreground and waits until its log says that it is ready.
 * @throws Error with the log when it ends before.
 */
export async function startDaemon(
  command: string,
  args: readonly string[],
  ready: RegExp,
): Promise<DnsDaemon> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let log = '';
  const started = new Promise<void>((resolve, reject) => {
    const read = (stream: Readable) => {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (ready.test(log)) resolve();
      });
    };
    read(child.stdout);
    read(child.stderr);
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${command} did not start:\n${log}`)));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  await started.finally(() => clearTimeout(timer));
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
