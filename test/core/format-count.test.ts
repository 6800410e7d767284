import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countWords, formatCount } from '../../src/core/format-count.ts';

describe('formatCount', () => {
  it('writes whole numbers as Intl does', () => {
    const intl = new Intl.NumberFormat('en-US');
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), (count) => {
        assert.equal(formatCount(count), intl.format(count));
      }),
    );
    assert.equal(formatCount(1_000_000), '1,000,000');
    assert.equal(formatCount(999), '999');
  });

  it('says how many of what, one in the singular', () => {
    const words = (count: number) => countWords(count, 'entry', 'entries');
    assert.deepEqual([0, 1, 120_430].map(words), ['0 entries', '1 entry', '120,430 entries']);
  });
});
