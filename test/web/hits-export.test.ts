import assert from 'node:assert/strict';
import { HostError } from '../../src/core/errors.ts';
import { until } from '../support/until.ts';
import { visitedPage } from '../support/visited-page.ts';

const PATH = '/hits/export.csv';

describe('the hits as a file of the page', () => {
  const { page, visitor } = visitedPage();

  /** Hits without end, of which page `last` cannot be read. */
  function failAt(last: number): void {
    let asked = 0;
    page.agent.findHits = () => {
      asked += 1;
      if (asked >= last) return Promise.reject(new HostError('reading the hits: disk I/O error'));
      return Promise.resolve({ hits: [], next: { time: 1, id: 1 }, full: true });
    };
  }

  it('is a page that says why when they cannot be read', async () => {
    failAt(1);
    const answer = await visitor.get(PATH);
    assert.equal(answer.status, 409);
    assert.equal(answer.headers.get('content-disposition'), null);
    assert.match(await answer.text(), /reading the hits: disk I\/O error/);
  });

  it('is cut off, and that is logged, when they cannot be read to the end', async () => {
    failAt(2);
    await assert.rejects(async () => (await visitor.get(PATH)).text());
    await until('it is logged', () => page.errors.length > 0);
    assert.match(page.errors.join(), /cut off: reading the hits: disk I\/O error/);
  });
});
