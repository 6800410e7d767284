import assert from 'node:assert/strict';
import { fakeStatus, NOON } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

const AWAITED = { since: NOON - 2_000, until: NOON + 58_000, actor: 'page:local@127.0.0.1' };

describe('the question after enabling', () => {
  const { page, visitor } = visitedPage();
  beforeEach(() => {
    page.agent.shown = fakeStatus({ awaited: AWAITED });
  });

  it('says how long is left and until when, and has a plain form', async () => {
    const html = await (await visitor.get('/')).text();
    assert.match(html, /role="alert"[^]*Still here\?/);
    assert.match(html, /<time datetime="2026-11-20T12:00:58.000Z"[^>]*>in 58 s<\/time>/);
    assert.match(html, /\(2026-11-20 12:00:58 UTC\) unless you confirm/);
    assert.match(html, /<form method="post" action="\/protection\/confirm"/);
  });

  it('is gone when it is answered', async () => {
    const html = await (await visitor.post('/protection/confirm', {}, HTMX)).text();
    assert.doesNotMatch(html, /Still here/);
  });

  it('is part of what is polled, which stays unchanged while only the time runs', async () => {
    const html = await (await visitor.get('/status', HTMX)).text();
    assert.match(html, /Still here\?/);
    const mark = /seen=([\w-]+)/.exec(html)?.[1] ?? '';
    page.agent.shown = { ...page.agent.shown, now: NOON + 5_000 };
    assert.equal((await visitor.get(`/status?seen=${mark}`, HTMX)).status, 204);
    page.agent.shown = { ...page.agent.shown, awaited: null };
    assert.equal((await visitor.get(`/status?seen=${mark}`, HTMX)).status, 200);
  });

  it('is not asked on a device where nobody waits', async () => {
    page.agent.shown = fakeStatus();
    assert.doesNotMatch(await (await visitor.get('/')).text(), /Still here/);
  });
});
