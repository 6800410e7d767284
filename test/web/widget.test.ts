import assert from 'node:assert/strict';
import { fakeStatus, newStatus, NOON } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

const HOUR = 3_600_000;
const LAST_HOUR = Math.floor(NOON / HOUR) * HOUR;

describe('the part for a dashboard', () => {
  const { page, visitor } = visitedPage();

  async function widget(): Promise<string> {
    return (await visitor.get('/widget', HTMX)).text();
  }
  const words = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

  it('shows state, entries, hits and last refresh, in a table of Bootstrap 3', async () => {
    const html = await widget();
    assert.match(html, /^\s*<table class="table [^]*<\/table>\s*$/);
    const text = words(html);
    for (const expected of [
      /State Protected The firewall holds the policy/,
      /Entries to block 120,430 Entries to allow \d+/,
      /Hits [\d,]+ in the last 24 hours/,
      /Last refresh \d+ \w+ ago/,
    ]) {
      assert.match(text, expected);
    }
  });

  it('draws the hits of the last 24 hours, both directions together', async () => {
    const sum = { action: 'block', hits: 5 } as const;
    page.agent.summary = {
      ...page.agent.summary,
      hourly: [
        { ...sum, hour: LAST_HOUR - 30 * HOUR, direction: 'in', hits: 99 },
        { ...sum, hour: LAST_HOUR - 23 * HOUR, direction: 'in' },
        { ...sum, hour: LAST_HOUR, direction: 'in' },
        { ...sum, hour: LAST_HOUR, direction: 'out' },
      ],
    };
    const points = /points="([^"]+)"/.exec(await widget())?.[1]?.split(' ') ?? [];
    assert.equal(points.length, 24);
    assert.equal(points[0], '0,12');
    assert.equal(points[1]?.split(',')[1], '23');
    assert.equal(points[23], '120,1');
  });

  it('names open problems, and says what is not set up', async () => {
    const problem = { code: 'x', severity: 'error', message: 'm', remedy: '' } as const;
    page.agent.shown = fakeStatus({ problems: [problem, problem] });
    assert.match(words(await widget()), /Problems 2 are open/);
    page.agent.shown = newStatus();
    const text = words(await widget());
    assert.match(text, /State Not set up .*Last refresh never/);
    assert.doesNotMatch(text, /Problems/);
  });
});
