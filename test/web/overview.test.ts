import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { glob } from 'node:fs/promises';
import { HostError } from '../../src/core/errors.ts';
import type { Status } from '../../src/tasks/agent.ts';
import { fakeRun, fakeStatus, newStatus, NOON } from '../support/fake-agent.ts';
import { HTMX, logIn, startPage, webParts } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

const MOST_FIRST_LOAD_BYTES = 150_000;

describe('web overview', () => {
  const { page, visitor } = visitedPage();

  /** Text of the page as a reader sees it. */
  async function overview(change: Partial<Status> = {}): Promise<string> {
    page.agent.shown = fakeStatus(change);
    const html = await (await visitor.get('/')).text();
    return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  }

  it('shows how full the limit of table entries is, where there is one', async () => {
    const { tables, rulesInPlace } = fakeStatus().enforced!;
    const shown = async (limit: number): Promise<string> => {
      const capacity = { ours: 120_442, others: 9_558, limit, needed: 260_000 };
      page.agent.shown = fakeStatus({
        enforced: { tables, rulesInPlace, problems: [], capacity },
      });
      return await (await visitor.get('/')).text();
    };
    const html = await shown(400_000);
    assert.match(html, /130,000 of 400,000 entries; [^<]+ needs 65 %/);
    assert.match(html, /This policy 120,442, other tables 9,558/);
    assert.match(html, /ts-share-ours" x="0" width="90.3"/);
    assert.match(html, /ts-capacity ts-good/);
    assert.match(await shown(200_000), /ts-capacity ts-bad/);
  });

  it('shows protection, device, lists, entries, policy, refresh, portal and hits', async () => {
    const text = await overview();
    for (const expected of [
      'Protected The firewall holds the policy: 120,430 entries are blocked.',
      'Device ID tdid_abcd1234',
      'Nickname edge-1',
      'Version ts-pfsense 3.00-01',
      'Block lists basic.threatstop.local botnets.threatstop.local',
      'Allow lists dns.threatstop.local',
      'Block 120,430 120,430 same',
      'Allow 12 12 same',
      'Version threatstop.local=2026112001',
      'Enforced since 3 h ago',
      'Last refresh 10 s ago',
      'Next refresh in 14 min',
      'Portal reachable',
      'Hits in 24 hours 18,204 37 wait for the upload',
      'Collected 1,204,311',
      'Waiting 37 The oldest line has waited 2 min.',
      'Uploaded 1,204,274',
      'Last upload 5 min ago',
    ]) {
      assert.ok(text.includes(expected), expected);
    }
    assert.doesNotMatch(text, /Dry run|Problems|Rejected batches|Firewall holds all of them/);
  });

  it('gives every time for machines', async () => {
    const html = await (await visitor.get('/')).text();
    assert.match(
      html,
      /<time datetime="2026-11-20T11:59:50\.000Z" title="2026-11-20 11:59:50 UTC">10 s ago<\/time>/,
    );
  });

  it('says in a dry run that the kernel is not touched', async () => {
    assert.match(await overview({ dryRun: true }), /Dry run\. The kernel is not touched/);
  });

  it('shows problems and remedies above everything but the protection', async () => {
    const text = await overview({
      problems: [
        {
          code: 'x',
          severity: 'error',
          message: 'The table is too small.',
          remedy: 'Make it larger.',
        },
      ],
    });
    assert.match(
      text,
      /Protected.*Problems Error: The table is too small\. Make it larger\. Hits in 24 hours/,
    );
  });

  it('shows where the firewall does not hold the policy, and what mends it', async () => {
    const text = await overview({
      protection: {
        state: 'not-protecting',
        sentence: 'The block table differs.',
        remedy: 'Update.',
      },
      enforced: {
        tables: { block: { entries: 7, hash: 'x' }, allow: null },
        rulesInPlace: true,
        problems: [],
      },
    });
    assert.match(
      text,
      /Not protecting The block table differs\. Update\. Enforce policy .*Check and repair/,
    );
    assert.match(text, /Block 120,430 7 differs Allow 12 – no table/);
  });

  it('says that it is not known what an unreadable firewall holds', async () => {
    assert.match(await overview({ enforced: null }), /Block 120,430 – not known/);
  });

  it('says why the portal was not reachable, and when', async () => {
    const portal = { reachable: false, asked: NOON - 60_000, reason: 'connection refused' };
    assert.match(
      await overview({ portal }),
      /Portal not reachable connection refused \(2026-11-20 11:59:00 UTC\)/,
    );
  });

  it('does not ask for a portal in a manual installation', async () => {
    const text = await overview({
      device: { id: 'tdid_1', nickname: '', type: 'manual' },
      portal: { reachable: null, asked: null, reason: '' },
    });
    assert.match(text, /Portal not used: manual installation/);
    assert.doesNotMatch(text, /Nickname/);
  });

  it('says why the last refresh and upload failed', async () => {
    const text = await overview({
      refresh: {
        last: fakeRun('update', { outcome: 'failed', message: 'no answer' }),
        next: NOON - 1,
      },
      upload: { last: null, next: null },
      serviceRunning: false,
    });
    assert.match(text, /Last refresh 10 s ago no answer Next refresh due now/);
    assert.match(text, /Last upload never Next upload not planned/);
    assert.match(text, /Service not running Nothing is refreshed/);
  });

  it('shows lost and rejected hits when there are any', async () => {
    const hits = { ...fakeStatus().hits, quarantined: 2, gaps: 1, unreadable: 4, dropped: 5000 };
    assert.match(
      await overview({ hits }),
      /Rejected batches 2 Gaps in the log 1 Unreadable lines 4 Dropped lines 5,000/,
    );
  });

  it('shows which lines are taken, and when, where, how much and why some are missing', async () => {
    const gap = { source: '/var/log/filter.log', reason: 'it was <emptied>' };
    const times = { from: Date.UTC(2026, 10, 20, 9), to: Date.UTC(2026, 10, 20, 10) };
    const text = await overview({
      logging: { scope: 'policy', maskLocal: true },
      gaps: [
        { ...gap, ...times, bytes: null, lines: null },
        { ...gap, ...times, source: 'spool', bytes: 900, lines: 1_234 },
      ],
    });
    const when = '2026-11-20 09:00:00 UTC – 2026-11-20 10:00:00 UTC';
    assert.ok(text.includes(`${when}, /var/log/filter.log, how much is not known: it was`));
    assert.ok(text.includes(`${when}, spool, 1,234 lines: it was`));
    assert.match(text, /Lines taken of its rules, and with an address of the policy/);
    assert.match(text, /left out of uploads/);
    assert.doesNotMatch(text, /<emptied>/);
  });

  it('tells a new administrator what to do next', async () => {
    page.agent.recorded = [];
    const text = await overview(newStatus());
    assert.match(text, /Not set up .* Set up this device/);
    assert.match(text, /Nothing was done yet/);
    assert.doesNotMatch(text, /In the policy|Lookup .* Look up/);
  });

  it('a device without policy and hits is told what fills them', async () => {
    const text = await overview({ policy: null, hits: newStatus().hits });
    assert.match(text, /No policy yet\. “Update now” reads it/);
    assert.match(text, /No hits yet/);
  });

  it('a device whose settings cannot be read can still be disabled and removed', async () => {
    page.agent.shown = fakeStatus({
      device: null,
      protection: { state: 'not-protecting', sentence: 'Settings are damaged.', remedy: '' },
    });
    const html = await (await visitor.get('/')).text();
    assert.match(html, /action="\/protection\/disable"/);
    assert.match(html, /href="\/device\/remove"/);
    assert.match(await (await visitor.get('/device/remove')).text(), /action="\/device\/remove"/);
  });

  it('says why when the state cannot be read', async () => {
    page.agent.status = () =>
      Promise.reject(new HostError('reading state.db: disk full', { remedy: 'Free space.' }));
    const answer = await visitor.get('/');
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /reading state\.db: disk full[^]*Free space\./);
  });

  it('lists what was done, newest first, with who and how long', async () => {
    page.agent.recorded = [
      fakeRun('update', { outcome: 'failed', message: 'no answer', actor: 'schedule' }),
      fakeRun('enable', { actor: 'cli:root', durationMs: 80 }),
    ];
    const html = await (await visitor.get('/activity')).text();
    const text = html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    assert.match(
      text,
      /Update failed no answer schedule 1\.2 s .* Enable done enable was done cli:root 80 ms/,
    );
  });

  describe('polling', () => {
    const markIn = (html: string) => /hx-get="\/status\?seen=([\w-]+)"/.exec(html)?.[1] ?? '';

    it('gives nothing while nothing but the clock has moved', async () => {
      const mark = markIn(await (await visitor.get('/')).text());
      page.agent.shown = { ...page.agent.shown, now: NOON + 5000 };
      assert.equal((await visitor.get(`/status?seen=${mark}`, HTMX)).status, 204);
    });

    it('leads a browser that asks for the part by itself to the whole page', async () => {
      const answer = await visitor.get('/status');
      assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/']);
    });

    it('gives the part that is polled, with a new mark, when something changed', async () => {
      const mark = markIn(await (await visitor.get('/')).text());
      page.agent.shown = fakeStatus({ hits: { ...fakeStatus().hits, lastDay: 18_205 } });
      const answer = await visitor.get(`/status?seen=${mark}`, HTMX);
      assert.equal(answer.status, 200);
      const html = await answer.text();
      assert.match(html, /^\s*<div id="ts-status">/);
      assert.match(html, /18,205/);
      assert.notEqual(markIn(html), mark);
    });
  });

  it('a first load costs at most 150 kB', async () => {
    const paths = [
      '/',
      '/assets/threatstop.css',
      '/assets/page.js',
      '/assets/htmx.min.js',
      '/assets/icon.svg',
    ];
    let sum = 0;
    for (const path of paths) {
      const answer = await visitor.get(path);
      assert.equal(answer.status, 200, path);
      sum += (await answer.arrayBuffer()).byteLength;
    }
    assert.ok(sum <= MOST_FIRST_LOAD_BYTES, `${sum} bytes`);
  });
});

describe('hostile text', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>' onclick='x' {{7*7}} <%= 7*7 %>`;

  it('is escaped wherever it comes from', async () => {
    const page = await startPage();
    try {
      const visitor = await logIn(page);
      const { agent } = page;
      agent.shown = hostileStatus();
      const run = fakeRun('update', { actor: hostile, message: hostile });
      agent.recorded = [run];
      agent.answer = {
        query: hostile,
        verdict: 'partly',
        entries: [
          { table: 'block', prefix: hostile, lists: [hostile] },
          { table: 'allow', prefix: hostile, lists: [hostile, hostile] },
        ],
        lists: [hostile],
        enforced: false,
        since: null,
        blockedBefore: null,
        hits: null,
        guarded: [{ prefix: hostile, reason: hostile }],
      };
      agent.update = () => Promise.resolve({ run, changes: null, problems: [], notes: [hostile] });
      const query = new URLSearchParams({ address: hostile }).toString();
      const answers = [
        await visitor.get('/'),
        await visitor.get('/status', HTMX),
        await visitor.get('/activity'),
        await visitor.get(`/lookup?${query}`),
        await visitor.get('/device/remove'),
        await visitor.post('/policy/update', {}, HTMX),
        await visitor.post('/device/add', {
          type: 'manual',
          device_id: hostile,
          block_list: hostile,
          log_url: hostile,
        }),
        await visitor.get(`/?notice=${encodeURIComponent(hostile)}`),
        await visitor.get(`/device/add?type=${encodeURIComponent(hostile)}`),
      ];
      for (const answer of answers) {
        const html = await answer.text();
        assert.doesNotMatch(
          html,
          /<script>|<img|onclick='x'|onerror=alert\(2\)>|<%|\b49\b/,
          answer.url,
        );
      }
    } finally {
      await page.close();
    }
  });

  function hostileStatus(): Status {
    const run = fakeRun('logs', { outcome: 'failed', message: hostile });
    return fakeStatus({
      product: hostile,
      version: hostile,
      platform: hostile,
      protection: { state: 'not-protecting', sentence: hostile, remedy: hostile },
      problems: [{ code: hostile, severity: 'warning', message: hostile, remedy: hostile }],
      device: { id: hostile, nickname: hostile, type: hostile },
      lists: { block: [hostile], allow: [hostile] },
      policy: { ...fakeStatus().policy!, version: hostile, notes: [hostile] },
      refresh: { last: run, next: null },
      upload: { last: run, next: null },
      portal: { reachable: false, asked: NOON, reason: hostile },
    });
  }

  it('cannot pass a template unescaped: raw output is used for includes and our own SVG only', async () => {
    let files = 0;
    for await (const name of glob('**/*.ejs', { cwd: webParts().viewsDir })) {
      files++;
      const text = await readFile(`${webParts().viewsDir}/${name}`, 'utf8');
      assert.doesNotMatch(
        text,
        /<%-(?! (?:include\(|(?:chart|row|overview\.capacity)\.svg %>|(?:row\.bar|widget\.sparkline) %>))/,
        name,
      );
    }
    assert.ok(files > 10);
  });
});
