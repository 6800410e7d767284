/**
 * Makes the pictures of the page in docs/screenshots: the built service over a seeded database, 1280 and 360 px wide, light
 * and dark, as large as a screen (Debian's Chromium; build first). `--all FOLDER`: every page in every look.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../test/support/browser.ts';
import { tsadmin } from '../test/support/programs.ts';
import { seededPolicy, startSeededService } from '../test/support/seeded-service.ts';

const HITS = 200_000;
/** As many as a policy has. */
const MORE = Array.from({ length: 20_000 }, (_, index) => `45.${index >> 8}.${index & 255}.9`);
const MOST_BYTES = 120_000;
const DOCS = fileURLToPath(new URL('../docs/screenshots', import.meta.url));

const all = process.argv[2] === '--all';
const folder = all ? (process.argv[3] ?? 'pages') : DOCS;
const pages: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/'],
  ['hits', '/hits'],
  ['why', '/hit?id=199990'],
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
const service = await startSeededService(root, HITS);
const browser = await launchBrowser();
let storageState: Awaited<ReturnType<typeof logIn>>;
try {
  service.policies.serve(
    seededPolicy(...MORE, '203.0.113.0/24', '203.0.113.9', '2001:db8:66::/48'),
  );
  await tsadmin(root, 'update');
  await tsadmin(root, 'allow', '198.18.46.78', '--for=1d');
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

async function take(
  name: string,
  path: string,
  width: number,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const viewport = { width, height: width === 360 ? 800 : 780 };
  const context = await browser.newContext({ storageState, viewport, colorScheme });
  const page = await context.newPage();
  await page.goto(service.origin + path);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES}`);
  process.stdout.write(`${file} ${size}\n`);
}
