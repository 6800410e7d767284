import { execFile } from 'node:child_process';

/** What `dig` said: the status of the header and its whole text. */
export interface DigAnswer {
  readonly status: string;
  readonly flags: string;
  /** Records of the answer section, fields separated by one blank. */
  readonly answers: readonly string[];
  readonly authority: readonly string[];
  readonly text: string;
}

/** Asks a server with the system's `dig`; `args` as on its command line. One try, 5 s. */
export async function dig(port: number, ...args: readonly string[]): Promise<DigAnswer> {
  const fixed = ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=5', '+norecurse'];
  const text = await new Promise<string>((resolve, reject) => {
    execFile('dig', [...fixed, ...args], { maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      if (error !== null && stdout === '') reject(new Error(`${error.message} ${stderr}`));
      else resolve(`${stdout}${stderr}`);
    });
  });
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? '',
    flags: /flags: ([a-z ]+);/.exec(text)?.[1] ?? '',
    answers: section(text, 'ANSWER'),
    authority: section(text, 'AUTHORITY'),
    text,
  };
}

function section(text: string, name: string): string[] {
  const body = text.split(`;; ${name} SECTION:\n`)[1]?.split('\n\n')[0] ?? '';
  return body
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.replace(/\s+/g, ' '));
}
