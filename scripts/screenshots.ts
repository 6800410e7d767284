/** Makes the pictures of the page in docs/screenshots from the running demo (Debian's Chromium; build first). */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
/** Every page is looked at in both widths and themes (`all`); the README shows few of them. */
const all = process.argv.includes('--all');
const folder = all ? root + '-pages' : target;
mkdirSync(folder, { recursive: true });
const pages = [
  ['overview', '/'],
  ['hits', '/hits'],
  ['lookup', '/lookup?address=64.87.3.133'],
  ['policy', '/policy'],
  ['settings', '/settings'],
  ['activity', '/activity'],
] as const;
const looks = [
  ['', 1280, 'light'],
  ['-dark', 1280, 'dark'],
  ['-narrow', 360, 'light'],
  ['-narrow-dark', 360, 'dark'],
] as const;
const shown = [
  'overview',
  'overview-dark',
  'overview-narrow',
  'policy',
  'settings-dark',
  'activity',
];

const browser = await launchBrowser();
const session = await browser.newContext();
const login = await session.newPage();
await login.goto(link);
await login.getByRole('button', { name: 'Turn sample traffic on' }).click();
// Some of it has to be there before it is worth a picture.
await login.goto(new URL('/hits', link).href);
await login.locator('tbody tr').nth(20).waitFor({ timeout: 120_000 });
const storageState = await session.storageState();
const { origin } = new URL(link);
for (const [name, path] of pages) {
  for (const [look, width, colorScheme] of looks) {
    if (!all && !shown.includes(name + look)) continue;
    const height = width === 360 ? 800 : 900;
    const viewport = { width, height };
    const context = await browser.newContext({ storageState, viewport, colorScheme });
    const page = await context.newPage();
    await page.goto(origin + path);
    await page.waitForLoadState('networkidle');
    const fullPage = name === 'overview';
    await page.screenshot({ path: join(folder, `${name}${look}.png`), fullPage: all || fullPage });
    await context.close();
  }
}
process.stdout.write(`${folder}\n`);
await browser.close();
demo.kill('SIGINT');
await once(demo, 'exit');
rmSync(root, { recursive: true });
