import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import { fakePolicies, newStatus, NOON } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

const HOSTILE = `"><script>alert(1)</script>' onclick='x`;

describe('web policy page', () => {
  const { page, visitor } = visitedPage();

  const text = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  const shown = async (query = '', headers = {}) =>
    (await visitor.get(`/policy${query}`, headers)).text();
  const asked = () => page.agent.calls.find(({ method }) => method === 'compare')?.args[0];

  it('lists the versions with serial, time and counts, the newest first', async () => {
    const html = text(await shown());
    assert.match(html, /2026112003 in force .*120,430 .*12 Changes .*2026112002 .*not kept/);
  });

  it('compares the last two by default, and says how much changed', async () => {
    const html = text(await shown());
    assert.match(html, /2 Block added 1 Block removed 0 Allow added 0 Allow removed/);
    assert.match(html, /203\.0\.113\.0\/24 2001:db8::\/32/);
    assert.deepEqual(asked(), {
      ...{ before: NOON - 86_400_000, after: NOON, table: 'block', change: 'added' },
      ...{ search: '', offset: 0, limit: 100 },
    });
  });

  it('asks for what the query says', async () => {
    await shown('?before=1&after=2&table=allow&change=removed&search=64.87&offset=200');
    assert.deepEqual(asked(), {
      ...{ before: 1, after: 2, table: 'allow', change: 'removed' },
      ...{ search: '64.87', offset: 200, limit: 100 },
    });
  });

  it('turns pages and keeps the question', async () => {
    page.agent.comparison = {
      ...page.agent.comparison,
      found: 250,
      entries: Array.from({ length: 100 }, (_, i) => `203.0.113.${i}`),
    };
    const html = await shown('?before=1&after=2&change=removed&search=203&offset=100');
    assert.match(html, /101 to 200 of 250/);
    const pages = [...html.matchAll(/class="btn btn-default btn-sm" href="([^"]+)"/g)].map((m) =>
      m[1]?.replaceAll('&amp;', '&'),
    );
    const kept = 'before=1&after=2&table=block&change=removed&search=203';
    assert.deepEqual(pages, [`/policy?${kept}&offset=0`, `/policy?${kept}&offset=200`]);
  });

  it('by htmx gives the part only, below 15 kB also when it is full', async () => {
    page.agent.comparison = {
      ...page.agent.comparison,
      found: 1_000_000,
      entries: Array.from({ length: 100 }, () => '2001:db8:1111:2222:3333:4444:5555:6666'),
    };
    const html = await shown('', HTMX);
    assert.match(html, /^\s*<div id="ts-policy">/);
    assert.ok(html.length < 15_000, `${html.length}`);
  });

  it('says why two versions cannot be compared, and shows the rest', async () => {
    page.agent.failure = new FormatError('"x" is no prefix', { remedy: 'Write one.' });
    const html = text(await shown('?search=x'));
    assert.match(html, /in force .*"x"|&#34;x&#34; is no prefix Write one\. .*Never blocked/);
  });

  it('without a policy says what fills it', async () => {
    page.agent.known = [];
    assert.match(await shown(), /“Update now” reads it/);
    page.agent.known = fakePolicies().slice(2);
    assert.match(await shown(), /one version only/);
    page.agent.shown = newStatus();
    assert.doesNotMatch(await shown(), /method="post" action="\/policy/);
  });

  it('escapes notes, reasons and versions', async () => {
    const [first] = fakePolicies();
    const carved = [{ prefix: HOSTILE, reason: HOSTILE }];
    const policy = { ...first!.policy, version: HOSTILE, notes: [HOSTILE], carved };
    page.agent.known = [{ policy: { ...policy, guard: [HOSTILE] }, onDisk: true }];
    assert.doesNotMatch(
      await shown(`?search=${encodeURIComponent(HOSTILE)}`),
      /<script>|onclick='x/,
    );
  });

  it('updates and plans from here, and comes back here', async () => {
    const updated = await visitor.post('/policy/update', { from: 'policy' });
    assert.match(updated.headers.get('location') ?? '', /^\/policy\?notice=/);
    const planned = await visitor.post('/policy/plan', {}, HTMX);
    assert.match(await planned.text(), /alert-info[^]*update was done[^]*3 entries were cut/);
    const [, plan] = page.agent.calls.filter(({ method }) => method === 'update');
    assert.deepEqual(plan?.args[1], { plan: true });
  });
});
