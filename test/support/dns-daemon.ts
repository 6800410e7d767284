import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A name server process of a test. */
export interface DnsDaemon {
  /** Makes it read its files again (SIGHUP) and waits until its log says so. */
  reload(done: RegExp): Promise<void>;
  /** Waits until its log says something, now or since its last reload. @throws Error with the log when it ends before. */
  logged(expected: RegExp): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 60_000;

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
  let onLog = (): void => undefined;
  const read = (stream: Readable) => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      onLog();
    });
  };
  read(child.stdout);
  read(child.stderr);
  const until = async (expected: RegExp): Promise<void> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    const logged = new Promise<void>((resolve, reject) => {
      onLog = () => {
        if (expected.test(log)) resolve();
      };
      onLog();
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`${command} ended:\n${log}`)));
    });
    await logged.finally(() => clearTimeout(timer));
  };
  await until(ready);
  return {
    async reload(done) {
      log = '';
      child.kill('SIGHUP');
      await until(done);
    },
    logged: until,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
