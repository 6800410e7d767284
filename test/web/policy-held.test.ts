import assert from 'node:assert/strict';
import type { HeldPolicy } from '../../src/core/ports.ts';
import { heldProblem } from '../../src/tasks/held-problem.ts';
import { heldMark } from '../../src/web/held.ts';
import { fakeStatus } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

const HELD: HeldPolicy = {
  version: 'threatstop.local=2026112002 "x"',
  reasons: [{ code: 'policy-shrunk', severity: 'error', message: 'it shrank', remedy: '' }],
  changes: [
    { table: 'block', before: 120_430, after: 1, added: 0, removed: 120_429 },
    { table: 'allow', before: null, after: 2, added: 2, removed: 0 },
  ],
};

describe('a policy that is held back, on the page', () => {
  const { page, visitor } = visitedPage();
  beforeEach(() => {
    page.agent.shown = fakeStatus({ held: HELD, problems: [heldProblem(HELD)] });
  });

  it('is shown with its reason, what it would change, and a button that takes it', async () => {
    const html = await (await visitor.get('/')).text();
    assert.match(html, /is held back[^<]*it shrank/);
    assert.match(html, /Block: 120,430 entries become 1 \(0 added, 120,429 removed\)/);
    assert.match(html, /Allow: 0 entries become 2 \(2 added, 0 removed\)/);
    assert.match(html, /action="\/policy\/accept"[^]*name="held" value="[\w-]{43}"/);
  });

  it('is taken as the version that was shown, and no other', async () => {
    const answer = await visitor.post('/policy/accept', { held: heldMark(HELD.version) }, HTMX);
    assert.equal(answer.status, 200);
    assert.deepEqual(page.agent.calls, [
      { method: 'update', args: ['page:local@127.0.0.1', { accept: HELD.version }] },
    ]);
  });

  it('is not taken without a version, nor as one that was shown before', async () => {
    await visitor.post('/policy/accept', {}, HTMX);
    await visitor.post('/policy/accept', { held: heldMark('older') }, HTMX);
    for (const { args } of page.agent.calls) assert.deepEqual(args, ['page:local@127.0.0.1', {}]);
    assert.equal(page.agent.calls.length, 2);
  });

  it('has no button where there is none', async () => {
    page.agent.shown = fakeStatus();
    assert.doesNotMatch(await (await visitor.get('/')).text(), /policy\/accept/);
  });
});

describe('the lookup of the page', () => {
  const { page, visitor } = visitedPage();

  it('tells the lists of each entry, since when, what is guarded and what was logged', async () => {
    page.agent.answer = {
      ...page.agent.answer,
      entries: [
        { table: 'block', prefix: '64.87.3.133', lists: ['a.list', 'b.list'] },
        { table: 'block', prefix: '64.87.3.0/24', lists: [] },
      ],
      since: { version: 'z=7', takenAt: Date.UTC(2026, 10, 1), orEarlier: true },
      blockedBefore: false,
      guarded: [{ prefix: '64.87.3.1', reason: 'default gateway' }],
      hits: { count: 1_234, first: 1, last: Date.UTC(2026, 10, 20), trackers: [1_770_000_101] },
    };
    const html = await (await visitor.get('/lookup?address=64.87.3.133')).text();
    assert.match(html, /64\.87\.3\.133 <span[^>]*>Block<\/span> <small>in a\.list, b\.list/);
    assert.match(html, /64\.87\.3\.0\/24 <span[^>]*>Block<\/span><\/li>/);
    assert.match(html, /In force since[^]*2026-11-01[^]*or longer; policy z=7/);
    assert.match(html, /The policy before[^]*did not block it/);
    assert.match(html, /Never blocked[^]*64\.87\.3\.1: default gateway/);
    assert.match(html, /Logged hits[^]*1,234[^]*by rule 1770000101[^]*Last hit[^]*2026-11-20/);
  });

  it('says that nothing was logged of an address, and nothing of hits for a prefix', async () => {
    const none = { count: 0, first: null, last: null, trackers: [] };
    page.agent.answer = { ...page.agent.answer, hits: none };
    assert.match(await (await visitor.get('/lookup?address=x')).text(), /Logged hits[^]*none/);
    page.agent.answer = { ...page.agent.answer, hits: null };
    assert.doesNotMatch(await (await visitor.get('/lookup?address=x')).text(), /Logged hits/);
  });
});
