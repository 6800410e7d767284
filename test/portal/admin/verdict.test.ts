import assert from 'node:assert/strict';
import { sentenceOf } from '../../../src/portal/admin/verdict.ts';

const NONE = { all: 0, fine: 0, warning: 0, error: 0, silent: 0, new: 0 };
const counts = (devices: Partial<typeof NONE>, others = {}) =>
  sentenceOf({
    devices: { ...NONE, ...devices },
    errors: 0,
    warnings: 0,
    unpublished: 0,
    ...others,
  });

describe('the sentence of the overview', () => {
  it('says that all is right only when it is', () => {
    assert.equal(counts({ all: 3, fine: 3 }).word, 'All is right');
    assert.match(counts({ all: 3, fine: 3 }).sentence, /^All 3 devices/);
    for (const other of [{ warnings: 1 }, { unpublished: 1 }, { errors: 1 }]) {
      assert.notEqual(counts({ all: 3, fine: 3 }, other).word, 'All is right');
    }
    for (const device of ['warning', 'error', 'silent', 'new'] as const) {
      assert.notEqual(counts({ all: 1, [device]: 1 }).word, 'All is right');
    }
  });

  it('says what is wrong, the worst of it', () => {
    const { state, sentence } = counts({ all: 9, silent: 1, error: 2, warning: 3 }, { errors: 1 });
    assert.equal(state, 'not-protecting');
    assert.equal(sentence, '1 device is silent, 2 devices have errors and 1 other thing is wrong.');
    assert.equal(
      counts({ all: 1, fine: 1 }, { unpublished: 2 }).sentence,
      '2 policies have changes that are not published.',
    );
  });

  it('says what to do first', () => {
    assert.equal(counts({}).actions[0]?.path, '/devices/add');
    assert.match(
      counts({ all: 2, fine: 1, new: 1 }).sentence,
      /^1 device was never heard\. The other 1 is fine/,
    );
  });
});
