/** Makes the pictures of the page in docs/screenshots from the running demo (Debian's Chromium; build first). */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../test/support/browser.ts';
import { printed, spawnProgram, tsadmin } from '../test/support/programs.ts';

const target = fileURLToPath(new URL('../docs/screenshots', import.meta.url));
mkdirSync(target, { recursive: true });
const root = mkdtempSync(join(tmpdir(), 'ts-screenshots-'));
const demo = spawnProgram('main/demo.js', [], { TS_ROOT: root });
const [link] = await printed(demo, /http:\/\/127\.0\.0\.1:\d+\/login\?token=\S+/);
await tsadmin(root, 'enable');
const now = new Date().toString().slice(4, 10);
const hit = (address: string): string =>
  `${now} 12:00:00 fw filterlog: 6,,,1770000101,em1,match,block,out,4,0x0,,64,0,0,DF,6,tcp,52,192.168.1.9,${address},57232,443,0,S,1,,513,,\n`;
appendFileSync(join(root, 'var/log/filter.log'), hit('64.87.3.133').repeat(37));
await tsadmin(root, 'logs');

const browser = await launchBrowser();
const session = await browser.newContext();
const login = await session.newPage();
await login.goto(link);
const storageState = await session.storageState();
const { origin } = new URL(link);
for (const [name, width, height, colorScheme] of [
  ['overview', 1280, 1000, 'light'],
  ['overview-dark', 1280, 1000, 'dark'],
  ['overview-narrow', 360, 800, 'light'],
] as const) {
  const context = await browser.newContext({
    storageState,
    viewport: { width, height },
    colorScheme,
  });
  const page = await context.newPage();
  await page.goto(origin);
  await page.screenshot({ path: join(target, `${name}.png`), fullPage: true });
}
await browser.close();
demo.kill('SIGINT');
await once(demo, 'exit');
rmSync(root, { recursive: true });
