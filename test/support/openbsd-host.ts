/** The OpenBSD of a test: a folder with its files, programs that stand in for its own, and pf in a file. Needs root. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { PF_CONF } from './fake-openbsd.ts';
import type { PfState } from './fake-pfctl.ts';
import type { Ended } from './programs.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const STUBS = join(CHECKOUT, 'test/openbsd/stubs');

/** As OpenBSD 7.8 has it, but for lines that are of no use here. */
export const NEWSYSLOG = `# logfile_name		owner:group     mode count size when  flags
/var/cron/log		root:wheel	600  3     10   *     Z
/var/log/authlog	root:wheel	640  7     *    168   Z
/var/log/pflog 600 3 250 * ZB "pkill -HUP -u root -U root -t - -x pflogd"
/var/www/logs/access.log		644  4     *    $W0   Z "pkill -USR1 -u root -U root -x httpd"
`;

/** The host. */
export class OpenbsdHost {
  readonly root: string;
  readonly #work: string;

  /** @param folder an empty folder */
  constructor(folder: string) {
    this.root = join(folder, 'root');
    this.#work = join(folder, 'host');
    for (const path of ['etc', 'var/db', 'var/log']) {
      mkdirSync(join(this.root, path), { recursive: true });
    }
    mkdirSync(join(this.#work, 'sbin'), { recursive: true });
    mkdirSync(join(this.#work, 'rc'));
    this.write('etc/pf.conf', PF_CONF);
    this.write('etc/newsyslog.conf', NEWSYSLOG);
    const program = join(this.#work, 'pfctl.mjs');
    // In one file, because it is started a hundred times.
    buildSync({
      entryPoints: [join(CHECKOUT, 'test/openbsd/pfctl.ts')],
      ...{ bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' },
    });
    const pfctl = `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`;
    writeFileSync(join(this.#work, 'sbin/pfctl'), pfctl, { mode: 0o755 });
    cpSync(STUBS, join(this.#work, 'bin'), { recursive: true });
  }

  /** Runs a command as root there, in the shell of OpenBSD; /sbin/pfctl is that of the test. */
  run(command: string, input = ''): Promise<Ended> {
    const sbin = join(this.#work, 'sbin');
    const inside = `mount -t overlay overlay -o lowerdir=${sbin}:/usr/sbin /usr/sbin && exec mksh -c "$1"`;
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', inside, 'sh', command];
    const env = {
      PATH: `${join(this.#work, 'bin')}:/usr/sbin:/usr/bin:/bin`,
      HOME: '/',
      TZ: 'UTC',
      TS_ROOT: this.root,
      TS_PLATFORM: 'openbsd',
      TS_NODE: join(this.#work, 'node'),
      REAL_NODE: process.execPath,
      FAKE_PF: join(this.#work, 'pf.json'),
      FAKE_RC: join(this.#work, 'rc'),
      FAKE_CRONTAB: join(this.#work, 'crontab'),
    };
    return new Promise((resolve) => {
      const child = execFile('unshare', args, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
      child.stdin?.end(input);
    });
  }

  write(path: string, content: string | Uint8Array): void {
    writeFileSync(join(this.root, path), content);
  }

  /** Null when there is no such file. */
  read(path: string): string | null {
    const at = join(this.root, path);
    return existsSync(at) ? readFileSync(at, 'utf8') : null;
  }

  pf(): PfState {
    return JSON.parse(readFileSync(join(this.#work, 'pf.json'), 'utf8')) as PfState;
  }

  crontab(text?: string): string {
    const at = join(this.#work, 'crontab');
    if (text !== undefined) writeFileSync(at, text);
    return existsSync(at) ? readFileSync(at, 'utf8') : '';
  }

  /** What was asked of rcctl and pkg_add. */
  asked(): string[] {
    return readFileSync(join(this.#work, 'rc/log'), 'utf8').trimEnd().split('\n');
  }
}
