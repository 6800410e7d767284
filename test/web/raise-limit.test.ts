import assert from 'node:assert/strict';
import { fakeStatus } from '../support/fake-agent.ts';
import { visitedPage } from '../support/visited-page.ts';

describe('the button of a policy that does not fit', () => {
  const { page, visitor } = visitedPage();

  it('names the number, and is there for that problem only', async () => {
    const problem = { code: 'x', severity: 'error', message: 'Too small', remedy: '' } as const;
    page.agent.shown = fakeStatus({
      problems: [
        { ...problem, raiseTo: 600_000 },
        { ...problem, message: 'Other' },
      ],
    });
    const html = await (await visitor.get('/')).text();
    assert.equal(html.match(/action="\/limit\/raise"/g)?.length, 1);
    assert.match(html, /<button[^>]*id="ts-raise"[^>]*>[^]*Set it to 600,000/);
  });
});
