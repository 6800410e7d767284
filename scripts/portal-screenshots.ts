/**
 * Makes the pictures of the portal's pages in docs/screenshots: a fleet of six devices with a week of hits (Debian's Chromium).
 * `--all FOLDER`: more of the pages, in every look.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endsOf } from '../src/core/hit-ends.ts';
import { addPolicy } from '../src/portal/model/policies.ts';
import { publishPolicy } from '../src/portal/model/publish.ts';
import { saveUserList } from '../src/portal/model/user-lists.ts';
import { createPortal, type Portal } from '../src/portal/portal.ts';
import type { Clock } from '../src/core/ports.ts';
import { systemClock } from '../src/system/clock.ts';
import { makeAdmin } from '../test/support/admin-site.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { TestLog } from '../test/support/portal.ts';
import { hear } from '../test/support/portal-fleet.ts';
import { logIn, openTab } from '../test/support/portal-page.ts';
import { randomHit, seededRandom } from '../test/support/random-hits.ts';
import { hitTimes } from '../test/support/traffic.ts';

const HITS = 6_000;
const PER_PART = 500;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DOCS = fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const DEVICES = ['hq-fw1', 'hq-fw2', 'berlin', 'lisbon', 'oslo'];

const UNREADABLE = {
  problems: [
    { code: 'log-unreadable', severity: 'error', message: 'The firewall log cannot be read.' },
  ],
};

const all = process.argv[2] === '--all';
const folder = all ? (process.argv[3] ?? 'pages') : DOCS;
const pages = [
  ...[['overview', '/'] as const, ['fleet', '/fleet'] as const, ['reports', '/reports'] as const],
  ...[['alarms', '/alarms'] as const, ['devices', '/devices'] as const],
  ...[['policies', '/policies'] as const, ['policy', '/policies/office'] as const],
  ...[['lists', '/lists'] as const, ['audit', '/audit'] as const],
];
const looks = [
  ['', 1180, 'light'],
  ['-dark', 1180, 'dark'],
  ['-narrow', 360, 'light'],
] as const;
const KEPT = new Set(['fleet', 'reports-dark']);

const root = mkdtempSync(join(tmpdir(), 'ts-portal-screenshots-'));
/** It has listened for hours: else none of them would be called silent yet. */
let behindMs = 6 * 60 * MINUTE_MS;
const clock: Clock = { ...systemClock, now: () => systemClock.now() - behindMs };
const portal = await createPortal({ stateDir: root, log: new TestLog(), environment: {}, clock });
behindMs = 0;
const browser = await launchBrowser();
try {
  await makeAdmin(portal);
  await makeFleet(portal);
  mkdirSync(folder, { recursive: true });
  for (const [look, width, theme] of looks) await takeAll(look, width, theme);
} finally {
  await browser.close();
  await portal.close();
  rmSync(root, { recursive: true });
}

async function takeAll(look: string, width: number, colorScheme: 'light' | 'dark'): Promise<void> {
  const { adminUrl } = portal.addresses;
  const taken = pages.filter(([name]) => all || KEPT.has(name + look));
  const viewport = { width, height: 780 };
  const tab = await openTab(browser, adminUrl, [], { viewport, colorScheme });
  await logIn(tab);
  for (const [name, path] of taken) {
    await tab.goto(adminUrl + path);
    await tab.screenshot({ path: join(folder, `portal-${name}${look}.png`), fullPage: all });
  }
}

async function makeFleet(of: Portal): Promise<void> {
  const change = { ...of, actor: 'page:ann@192.168.1.40' };
  saveUserList(change, 'ours', {
    text: '203.0.113.0/25\n198.51.100.24\n',
    note: 'seen at headquarters',
  });
  addPolicy(change, 'office', { block: ['ours'], publish: 'manual' });
  publishPolicy(change, 'office');
  for (const [at, nickname] of DEVICES.entries()) {
    const { id } = of.addDevice({ nickname, policy: 'office' });
    await addHits(of, id, at);
    if (nickname === 'berlin') hear(of, id, {}, 185 * MINUTE_MS);
    else hear(of, id, nickname === 'lisbon' ? UNREADABLE : {}, (at + 1) * 40_000);
  }
  of.addDevice({ nickname: 'lab' });
}

async function addHits({ hits, clock }: Portal, device: string, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const count = HITS - seed * 900;
  const timeOf = hitTimes(count, clock.now() - 7 * DAY_MS, clock.now());
  const many = Array.from({ length: count }, (_, line) => {
    const {
      direction,
      action,
      protocol,
      interface: name,
      ...hit
    } = randomHit(random, timeOf(line + 1));
    const known = {
      direction,
      action,
      protocol,
      interface: name,
      time: hit.time,
      sourcePort: hit.sourcePort,
    };
    return { ...known, ...endsOf({ ...hit, direction }), line, port: hit.destinationPort };
  });
  for (let from = 0; from < count; from += PER_PART) {
    const part = many.slice(from, from + PER_PART);
    await hits.add({ device, batch: 'seed', from, lines: part.length, hits: part });
  }
}
