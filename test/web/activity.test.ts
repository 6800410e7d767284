import assert from 'node:assert/strict';
import { fakeRun, NOON } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

describe('web activity page', () => {
  const { page, visitor } = visitedPage();

  const asked = () => page.agent.calls.findLast(({ method }) => method === 'runs')?.args;
  const none = { task: null, outcome: null, actor: '', since: null };

  it('asks for the newest runs, and a page of them', async () => {
    await visitor.get('/activity');
    assert.deepEqual(asked(), [none, null, 40]);
  });

  it('filters by task, outcome, actor and time, and keeps the filter in the form and the pages', async () => {
    page.agent.nextRuns = 77;
    const query = 'task=update&outcome=failed&who=ann&hours=24';
    const html = await (await visitor.get(`/activity?${query}&before=99`)).text();
    const filter = { task: 'update', outcome: 'failed', actor: 'ann', since: NOON - 86_400_000 };
    assert.deepEqual(asked(), [filter, 99, 40]);
    assert.match(
      html,
      /value="update" selected[^]*value="failed" selected[^]*value="24" selected[^]*value="ann"/,
    );
    const links = [...html.matchAll(/btn-sm" href="([^"]+)"/g)].map((m) =>
      m[1]!.replaceAll('&amp;', '&'),
    );
    assert.deepEqual(links, [`/activity?${query}`, `/activity?${query}&before=77`]);
  });

  it('what cannot be filtered by is no filter', async () => {
    await visitor.get('/activity?task=x&outcome=y&hours=9&before=-1');
    assert.deepEqual(asked(), [none, null, 40]);
  });

  it('says that nothing meets a filter, and how to see all', async () => {
    page.agent.recorded = [];
    assert.match(
      await (await visitor.get('/activity?who=x')).text(),
      /meets this filter[^]*Show all/,
    );
    assert.match(await (await visitor.get('/activity')).text(), /Nothing was done yet/);
  });

  it('by htmx gives the part only, and long messages are cut', async () => {
    const long = '"><script>alert(1)</script>'.repeat(200);
    page.agent.recorded = Array.from({ length: 100 }, () =>
      fakeRun('update', { message: long, actor: long }),
    );
    const html = await (await visitor.get('/activity', HTMX)).text();
    assert.match(html, /^\s*<section class="panel panel-default" id="ts-activity"/);
    assert.doesNotMatch(html, /<script>/);
    assert.ok(html.length < 60_000, `${html.length}`);
  });

  it('gives the support file as a download', async () => {
    const answer = await visitor.get('/activity/support.json');
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.match(
      answer.headers.get('content-disposition') ?? '',
      /^attachment; filename="?threatstop-support-2026-11-20\.json"?$/,
    );
    assert.equal(((await answer.json()) as { format: string }).format, 'ts-support/1');
  });
});
