import { execFile } from 'node:child_process';

/** What Knot's `kdig` prints. @throws Error when it fails */
export function kdig(port: number, ...args: readonly string[]): Promise<string> {
  const fixed = ['@127.0.0.1', '-p', String(port), '+retry=0', '+time=5'];
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 64 * 1024 ** 2 };
    execFile('kdig', [...fixed, ...args], options, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${error.message} ${stderr}`));
      else resolve(`${stdout}${stderr}`);
    });
  });
}
