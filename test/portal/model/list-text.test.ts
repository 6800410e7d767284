import assert from 'node:assert/strict';
import { readListText } from '../../../src/portal/model/list-text.ts';

describe('a list as people write it', () => {
  it('may have a million lines, each with an end', () => {
    assert.deepEqual(readListText('\n'.repeat(1_000_000)).errors, []);
    assert.deepEqual(readListText('\n'.repeat(1_000_001)).errors, [
      { line: 1_000_001, message: 'a list may have 1000000 lines' },
    ]);
  });
});
