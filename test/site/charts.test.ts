import assert from 'node:assert/strict';
import { sparkline } from '../../src/site/charts/sparkline.ts';
import { stackedBars } from '../../src/site/charts/stacked-bars.ts';
import { roundUp } from '../../src/site/charts/svg.ts';

const HOSTILE = '</title><script>alert(1)</script>"';

describe('charts', () => {
  it('stack the values of a bar on each other, up to a round number', () => {
    const svg = stackedBars({
      ...{ id: 'c', title: 't', description: 'd', labelEvery: 1, formatValue: String },
      series: [
        { name: 'a', style: 'in' },
        { name: 'b', style: 'out' },
      ],
      bars: [{ label: 'x', values: [5, 5] }],
    });
    const [, first] = /ts-bar-in" d="M\S+ ([\d.]+)h[\d.]+v([\d.]+)/.exec(svg) ?? [];
    const [, second] = /ts-bar-out" d="M\S+ ([\d.]+)h[\d.]+v([\d.]+)/.exec(svg) ?? [];
    assert.deepEqual([first, second], ['69', '14']);
    assert.match(svg, /aria-labelledby="c-title c-desc"/);
    assert.match(svg, />10<\/text>/);
  });

  it('are there without values, and escape every text', () => {
    const empty = { id: 'c', series: [{ name: 'a', style: 'in' }], labelEvery: 1 };
    const texts = { title: HOSTILE, description: HOSTILE, formatValue: () => HOSTILE };
    const svg = stackedBars({ ...empty, ...texts, bars: [{ label: HOSTILE, values: [0] }] });
    assert.ok(!svg.includes('<script'));
    assert.ok(!sparkline(HOSTILE, []).includes('<script'));
    assert.ok(!/NaN|Infinity|style=/.test(svg + sparkline('', []) + sparkline('', [0, 3])));
  });

  it('round up to 1, 2 or 5 and zeros', () => {
    assert.deepEqual([0, 1, 3, 20, 21, 999_999].map(roundUp), [1, 1, 5, 20, 50, 1_000_000]);
  });
});
