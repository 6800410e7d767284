import assert from 'node:assert/strict';
import { PolicyError, sentencesOf } from '../../src/core/errors.ts';

describe('sentencesOf', () => {
  it('says what went wrong and what to do, with one full stop between them', () => {
    for (const message of ['it is empty', 'it is empty.']) {
      assert.equal(
        sentencesOf(new PolicyError(message, { remedy: 'Look.' })),
        'it is empty. Look.',
      );
    }
  });

  it('says no more than there is to say', () => {
    assert.equal(sentencesOf(new Error('it is empty')), 'it is empty');
    assert.equal(sentencesOf(new PolicyError('it is empty.')), 'it is empty.');
  });
});
