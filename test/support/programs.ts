/** The built programs (`bin/`), run as a person or a script would run them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BLOCK_LIST } from './policy-server.ts';

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bin/tsadmin` on a dry run below `root` and waits for its end. */
export async function tsadmin(root: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawnProgram('tsadmin', args, { TS_ROOT: root, TS_PLATFORM: 'dry-run' });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data: Buffer) => (output.stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output.stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/**
 * Sets a device up by hand, on a dry run below `root`, with the block list of a policy service on loopback.
 * @param more further arguments, e.g. `--nickname=branch`
 */
export async function addDevice(
  root: string,
  policyPort: number,
  ...more: readonly string[]
): Promise<void> {
  const { code, stderr } = await tsadmin(
    root,
    ...['add', '--silent', '--skip_checkvalidip', '--device_id=tdid_abcd1234'],
    ...[`--block_list=${BLOCK_LIST}`, '--dns_server=127.0.0.1', `--port=${policyPort}`, ...more],
  );
  if (code !== 0) throw new Error(`tsadmin add: ${stderr}`);
}

/** The JSON object a command prints with `--json`. */
export async function tsadminJson(root: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await tsadmin(root, ...args, '--json');
  return JSON.parse(stdout);
}

/** Starts a program of `bin/` or, with a `.js` name, of `dist/`. */
export function spawnProgram(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const options = {
    env: { PATH: process.env['PATH'], HOME: '/', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  };
  const checkout = new URL('../../', import.meta.url);
  return name.endsWith('.js')
    ? spawn(process.execPath, [fileURLToPath(new URL(`dist/${name}`, checkout)), ...args], options)
    : spawn(fileURLToPath(new URL(`bin/${name}`, checkout)), args, options);
}

/** Waits until the program has printed a match; fails when it ends before. */
export async function printed(
  child: ChildProcess,
  pattern: RegExp,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<RegExpExecArray> {
  const text = { stdout: '', stderr: '' };
  return new Promise((resolve, reject) => {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (data: Buffer) => {
        text[name] += data.toString();
        const match = pattern.exec(text[stream]);
        if (match !== null) resolve(match);
      });
    }
    child.once('exit', (code) =>
      reject(new Error(`ended with ${String(code)} before ${pattern}: ${JSON.stringify(text)}`)),
    );
  });
}
