import assert from 'node:assert/strict';
import {
  formatCount,
  formatDuration,
  relativeWords,
  shorten,
  timeView,
} from '../../src/site/format.ts';
import { formTarget, isBase, urlBuilder } from '../../src/site/urls.ts';
import { NOON } from '../support/fake-agent.ts';

describe('site/format', () => {
  const ago = (seconds: number) => relativeWords(NOON - seconds * 1000, NOON);

  it('says how long ago something was in the largest whole unit', () => {
    assert.deepEqual([0, 4, 5, 59, 60, 3599, 3600, 86_399, 86_400, 200 * 86_400].map(ago), [
      'just now',
      'just now',
      '5 s ago',
      '59 s ago',
      '1 min ago',
      '59 min ago',
      '1 h ago',
      '23 h ago',
      '1 d ago',
      '200 d ago',
    ]);
  });

  it('says when something will be', () => {
    assert.equal(relativeWords(NOON + 890_000, NOON), 'in 14 min');
  });

  it('gives a moment for machines, exactly and in words', () => {
    assert.deepEqual(timeView(NOON - 60_000, NOON), {
      iso: '2026-11-20T11:59:00.000Z',
      exact: '2026-11-20 11:59:00 UTC',
      words: '1 min ago',
      due: '',
    });
  });

  it('a planned moment that is over is due', () => {
    const shifts = [60_000, 1000, 0, -60_000];
    const words = shifts.map((shift) => timeView(NOON + shift, NOON, 'due').words);
    assert.deepEqual(words, ['in 1 min', 'in a moment', 'due', 'due']);
  });

  it('writes numbers with thousands separators', () => {
    assert.deepEqual([0, 999, 1000, 1_204_311].map(formatCount), [
      '0',
      '999',
      '1,000',
      '1,204,311',
    ]);
  });

  it('writes durations with their unit', () => {
    assert.deepEqual([0, 999, 1234, 125_000].map(formatDuration), [
      '0 ms',
      '999 ms',
      '1.2 s',
      '2 min 5 s',
    ]);
  });

  it('cuts a long text with an ellipsis', () => {
    assert.deepEqual([shorten('abcd', 4), shorten('abcde', 4)], ['abcd', 'abc…']);
  });
});

describe('site/urls', () => {
  it('paths stand alone without a base', () => {
    assert.equal(urlBuilder('')('/lookup', { address: '::/0' }), '/lookup?address=::%2F0');
  });

  it('a path becomes the parameter of a script that passes it on', () => {
    const url = urlBuilder('/threatstop/index.php?p=');
    assert.equal(url('/'), '/threatstop/index.php?p=/');
    assert.equal(url('/', { notice: 'x' }), '/threatstop/index.php?p=/&notice=x');
  });

  it('a GET form keeps the parameter as a hidden field', () => {
    assert.deepEqual(formTarget('/a.php?p=', '/lookup'), {
      action: '/a.php',
      hidden: [{ name: 'p', value: '/lookup' }],
    });
    assert.deepEqual(formTarget('/x', '/lookup'), { action: '/x/lookup', hidden: [] });
  });

  it('a base that leads elsewhere is none', () => {
    assert.deepEqual(
      ['', '/x', '/a/b.php?p=', '//evil', 'http://evil', '/x"', '/x/', '/?p=', 'javascript:x'].map(
        isBase,
      ),
      [true, true, true, false, false, false, false, false, false],
    );
  });
});
