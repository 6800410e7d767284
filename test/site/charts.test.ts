import assert from 'node:assert/strict';
import { sparkline } from '../../src/site/charts/sparkline.ts';
import { stackedBars } from '../../src/site/charts/stacked-bars.ts';
import { roundUp } from '../../src/site/charts/svg.ts';

const HOSTILE = '</title><script>alert(1)</script>"';

describe('charts', () => {
  it('stack the values of a bar on each other, up to a round number', () => {
    const svg = stackedBars({
      ...{ description: 'd', labelEvery: 1 },
      series: [
        { name: 'a', style: 'in' },
        { name: 'b', style: 'out' },
      ],
      bars: [{ label: 'x', values: [5, 5] }],
    });
    assert.match(svg, /ts-bar-in" d="M322 124V69"/);
    assert.match(svg, /ts-bar-out" d="M322 69V14"/);
    assert.match(svg, /aria-label="d"/);
    assert.match(svg, />10<\/text>/);
  });

  it('show what is little beside much, and no stroke for what is not', () => {
    const svg = stackedBars({
      ...{ description: 'd', labelEvery: 1 },
      series: ['a', 'b', 'c'].map((name) => ({ name, style: name })),
      bars: [{ label: 'x', values: [1, 0, 1_000_000] }],
    });
    assert.match(svg, /ts-bar-a" d="M322 124V123"/);
    assert.match(svg, /ts-bar-b" d=""/);
    assert.match(svg, /ts-bar-c" d="M322 123V51"/);
  });

  it('are there without values, and escape every text', () => {
    const empty = { series: [{ name: 'a', style: 'in' }], labelEvery: 1 };
    const texts = { description: HOSTILE };
    const svg = stackedBars({ ...empty, ...texts, bars: [{ label: HOSTILE, values: [0] }] });
    assert.ok(!svg.includes('<script'));
    assert.ok(!sparkline(HOSTILE, []).includes('<script'));
    assert.ok(!/NaN|Infinity|style=/.test(svg + sparkline('', []) + sparkline('', [0, 3])));
  });

  it('round up to a number of few digits, without much room above it', () => {
    assert.deepEqual(
      [0, 1, 3, 20, 21, 110, 999_999].map(roundUp),
      [1, 1, 3, 20, 30, 150, 1_000_000],
    );
  });
});
