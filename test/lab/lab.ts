/** A pfSense of the lab with the package installed, and what an administrator does on it. */
import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ADDON_PATH } from '../../packaging/program.ts';
import { freePort } from '../support/free-port.ts';

/** Releases, and the commit of each; the mirror of pfSense has no branch of 2.8. */
export const RELEASES: Readonly<Record<string, string>> = {
  '2.5.2': 'RELENG_2_5_2',
  '2.6.0': 'RELENG_2_6_0',
  '2.7.0': 'RELENG_2_7_0',
  '2.7.2': 'RELENG_2_7_2',
  '2.8.0': 'a3671d9^',
  '2.9-dev': 'master',
};

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const ROOT_SCRIPT = fileURLToPath(new URL('root.sh', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('php/', import.meta.url));
const CONTRASTS = readFileSync(new URL('../support/contrast.js', import.meta.url), 'utf8');
const OWN_TEXTS = '#ts-page *:not(.nav *, .btn, .btn *, a, a *, .label, .sr-only)';
/** pfctl of the lab is a Node, and a machine with other work takes seconds for what pf does in milliseconds. */
const BE_PATIENT =
  "sed -i 's/^const THREATSTOP_LONGEST_WAIT = .*/const THREATSTOP_LONGEST_WAIT = 60;/' /usr/local/pkg/threatstop/web.inc";
const PICTURE_SIZE = { width: 1280, height: 800 };
const START_PHP = 'php-fpm8.2 -R -c /lab/php.ini -y /lab/fpm.conf -D';
/** Bytes; the configuration with 2,000 rules is one. */
const MOST_OUTPUT = 32_000_000;
const ADDON = `usr/local/libexec/ts-pfsense/${ADDON_PATH}`;

/** What the lab needs from outside; see README.md. */
export interface LabSources {
  /** Git folder of pfsense/pfsense. */
  readonly pfsense: string;
  /** The file Net/IPv6.php of pear/Net_IPv6. */
  readonly ipv6: string;
  /** The package. */
  readonly txz: string;
}

/** @throws Error saying what is missing */
export function labSources(environment: NodeJS.ProcessEnv): LabSources {
  const { PFSENSE = '', NET_IPV6 = '', TXZ = '' } = environment;
  const txz = TXZ === '' ? join(CHECKOUT, 'dist/ts-pfsense-3.00-01-freebsd-amd64.txz') : TXZ;
  for (const [name, path] of Object.entries({ PFSENSE, NET_IPV6, TXZ: txz })) {
    if (path === '' || !existsSync(path)) {
      throw new Error(
        `${name} is needed: ${path === '' ? 'not given' : `${path} is not there`}. See test/lab/README.md.`,
      );
    }
  }
  return { pfsense: PFSENSE, ipv6: NET_IPV6, txz };
}

/** The releases to go through: those of RELEASES, else all. */
export function chosenReleases({ RELEASES: asked = '' }: NodeJS.ProcessEnv): readonly string[] {
  return asked === '' ? Object.keys(RELEASES) : asked.split(',');
}

/** A running box. */
export class LabBox {
  readonly folder = mkdtempSync(join(tmpdir(), 'ts-lab-'));
  #address = '';

  /** Makes root and web server; the package is not installed yet. */
  async start(release: string, { pfsense, ipv6 }: LabSources): Promise<void> {
    this.#script('up', pfsense, RELEASES[release] ?? '', ipv6, this.folder);
    const port = await freePort();
    this.#script('boot', this.folder, String(port));
    this.#address = `http://127.0.0.1:${port}`;
    cpSync(PROGRAMS, this.path('lab'), { recursive: true });
    this.run('php -f /lab/load.php');
  }

  get address(): string {
    return this.#address;
  }

  path(inside: string): string {
    return join(this.folder, 'root', inside);
  }

  read(inside: string): string {
    return readFileSync(this.path(inside), 'utf8');
  }

  write(inside: string, text: string): void {
    writeFileSync(this.path(inside), text);
  }

  /** Runs a shell command inside. @throws Error with its output when it fails */
  run(command: string): string {
    return this.#script('sh', this.folder, command);
  }

  /** Runs a shell command inside, beside what this process serves. Gives all it said, whether it failed or not. */
  work(command: string): Promise<{ readonly ok: boolean; readonly said: string }> {
    return new Promise((done) => {
      execFile(ROOT_SCRIPT, ['sh', this.folder, command], (error, stdout, stderr) => {
        done({ ok: error === null, said: `${stdout}${stderr}` });
      });
    });
  }

  /** Runs PHP inside, with pfSense's functions and those of the package at hand. Gives what it prints. */
  php(code: string): string {
    writeFileSync(this.path('lab/code.php'), `<?php\nrequire('/lab/all.inc');\n${code}\n`);
    return this.run('php -f /lab/code.php');
  }

  /** Puts the files in place and runs the script of the package as pkg would; the addon is that of this machine. */
  install(txz: string): void {
    execFileSync('tar', [
      '-xJPf',
      txz,
      '-C',
      this.folder,
      '--transform=s,^/,root/,',
      '--exclude=+*',
    ]);
    this.useOwnAddon();
    this.run(BE_PATIENT);
    const manifest = execFileSync('tar', ['-xJOf', txz, '+MANIFEST'], { encoding: 'utf8' });
    const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
    mkdirSync(this.path('lab/scripts'), { recursive: true });
    for (const [name, text] of Object.entries(scripts)) {
      writeFileSync(this.path(`lab/scripts/${name}`), text);
    }
    this.run('sh /lab/scripts/post-install && /usr/local/etc/rc.d/threatstop.sh restart');
    this.untilServiceAnswers();
  }

  /** Takes the package away, as pkg delete would. */
  remove(txz: string): void {
    const files = execFileSync('tar', ['-tJf', txz], { encoding: 'utf8' }).split('\n');
    this.run('sh /lab/scripts/pre-deinstall');
    for (const file of files.filter((name) => name.startsWith('/')))
      rmSync(this.path(file), { force: true });
    this.run('rm -rf /usr/local/libexec/ts-pfsense; sh /lab/scripts/post-deinstall');
  }

  /** Files and links with such names that were made or changed since the start of the box, and are there. */
  written(...names: readonly string[]): readonly string[] {
    const upper = join(this.folder, 'upper');
    return globSync(
      names.map((name) => `**/${name}{,/**}`),
      { cwd: upper, withFileTypes: true },
    )
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => relative(upper, join(entry.parentPath, entry.name)))
      .toSorted();
  }

  /** PHP of the web interface ends as with kill -9, and is started again. */
  restartPhp(): void {
    this.run(`pkill -9 -x php-fpm8.2; ${START_PHP}`);
  }

  /**
   * The power fails, and the machine starts: no process of ours, a fresh pf, empty folders for temporary files.
   * @param before what else is different at that moment, as a shell command
   */
  reboot(before = 'true'): void {
    this.run(
      `kill -9 $(cat /var/run/threatstop.pid /var/run/threatstop-child.pid 2>/dev/null) 2>/dev/null
       rm -rf /var/run/threatstop* /var/run/lab-pf.json /tmp/rules.* /tmp/config.cache; ${before}`,
    );
  }

  /** The addon in the package is for FreeBSD. */
  useOwnAddon(): void {
    const prebuilds = join(CHECKOUT, 'node_modules/better-sqlite3/prebuilds');
    copyFileSync(join(prebuilds, `linux-${process.arch}.node`), this.path(ADDON));
  }

  untilServiceAnswers(): void {
    this.run(
      'for i in $(seq 100); do curl -s -o /dev/null --unix-socket /var/run/threatstop.sock -H "X-TS-User: lab" http://x/status && exit; sleep 0.2; done; cat /tmp/service.log /var/run/threatstop.problem; exit 1',
    );
  }

  /** A tab of a user who logged in at the real login page. */
  async login(browser: Browser, user: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 1000 },
      ...options,
    });
    const page = await context.newPage();
    await page.goto(this.#address);
    await page.fill('#usernamefld', user);
    await page.fill('#passwordfld', 'pfsense');
    await Promise.all([page.waitForLoadState('load'), page.click('[name=login]')]);
    await page.locator('#usernamefld').waitFor({ state: 'detached' });
    return page;
  }

  /** All of config.xml that is the user's: rules, separators, aliases, each without ours. */
  userParts(): string {
    return this.run('php -f /lab/user-parts.php');
  }

  /** What PHP said of files of the package (E_ALL), a line each. */
  phpWarnings(): string {
    return existsSync(this.path('tmp/threatstop-php.log'))
      ? this.read('tmp/threatstop-php.log')
      : '';
  }

  /** Sets Firewall Maximum Table Entries, as System > Advanced does. */
  setTableLimit(entries: number): void {
    this.run(`php -f /lab/limit.php ${entries}`);
  }

  /** The notices of pfSense's bell: its own functions, id and text a line. */
  notices(): string {
    return this.run('php -f /lab/notices.php');
  }

  /** Chooses the theme for everybody, and has pfSense read it. */
  setTheme(file: string): void {
    this.run(`php -f /lab/theme.php ${file}`);
  }

  /** Texts of ours with less contrast than WCAG AA; tabs, links, labels and buttons have the colours of pfSense's theme. */
  async faintTexts(page: Page): Promise<readonly string[]> {
    await page.evaluate(`globalThis.contrastScope = ${JSON.stringify(OWN_TEXTS)}`);
    const [, faint] = await page.evaluate<[number, string[]]>(CONTRASTS);
    return faint;
  }

  /** With PICTURES=RELEASE the pictures of that release are kept for the README. */
  async picture(page: Page, release: string, name: string): Promise<void> {
    if (process.env['PICTURES'] !== release) return;
    const { width, height } = page.viewportSize() ?? PICTURE_SIZE;
    await page.setViewportSize(PICTURE_SIZE);
    await page.screenshot({ path: join(CHECKOUT, `docs/screenshots/${name}.png`) });
    await page.setViewportSize({ width, height });
  }

  stop(): void {
    this.#script('down', this.folder);
  }

  #script(...args: string[]): string {
    try {
      return execFileSync(ROOT_SCRIPT, args, {
        encoding: 'utf8',
        maxBuffer: MOST_OUTPUT,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error });
    }
  }
}
