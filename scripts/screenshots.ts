/**
 * Makes the pictures of the page in docs/screenshots: the built service over a seeded database, 1280 and 360 px wide, light
 * and dark, as large as a screen (Debian's Chromium; build first). `--all FOLDER`: every page in every look.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { giveHistory } from './picture-history.ts';
import { startSeededService } from '../test/support/seeded-service.ts';

const HITS = 200_000;
const MOST_BYTES = 140_000;
const DOCS = fileURLToPath(new URL('../docs/screenshots', import.meta.url));

const all = process.argv[2] === '--all';
const folder = all ? (process.argv[3] ?? 'pages') : DOCS;
const pages: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/'],
  ['hits', '/hits'],
  ['why', ''],
  ['lookup', '/lookup?address=198.18.158.59'],
  ['policy', '/policy'],
  ['settings', '/settings'],
  ['activity', '/activity'],
];
const looks = [
  ['', 1280, 'light'],
  ['-dark', 1280, 'dark'],
  ['-narrow', 360, 'light'],
  ['-narrow-dark', 360, 'dark'],
] as const;
/** Of which every look is kept; of the others the first. */
const WHOLE = new Set(['overview', 'hits']);

const root = mkdtempSync(join(tmpdir(), 'ts-screenshots-'));
const service = await startSeededService(root, HITS, { serial: 2026112100 });
const browser = await launchBrowser();
let storageState: Awaited<ReturnType<typeof logIn>>;
try {
  await giveHistory(root, service);
  storageState = await logIn();
  mkdirSync(folder, { recursive: true });
  const shots = pages.flatMap(([name, path]) =>
    looks
      .filter(([look]) => all || WHOLE.has(name) || look === '')
      .map(
        ([look, width, theme]) =>
          () =>
            take(name + look, path, width, theme),
      ),
  );
  for (const shot of shots) await shot();
} finally {
  await browser.close();
  await service.stop();
  rmSync(root, { recursive: true });
}

/** One session for all pictures. */
async function logIn() {
  const session = await browser.newContext();
  await (await session.newPage()).goto(await service.link());
  return session.storageState();
}

/** The last that a machine inside sent. */
async function openCall(page: Page): Promise<void> {
  await page.goto(`${service.origin}/hits?direction=out`);
  const link = await page.getByRole('link', { name: 'Why?' }).first().getAttribute('href');
  await page.goto(service.origin + (link ?? ''));
}

async function take(
  name: string,
  path: string,
  width: number,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const viewport = { width, height: width === 360 ? 800 : 780 };
  const context = await browser.newContext({ storageState, viewport, colorScheme });
  const page = await context.newPage();
  if (name.startsWith('why')) await openCall(page);
  else await page.goto(service.origin + path);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES}`);
  process.stdout.write(`${file} ${size}\n`);
}
