import assert from 'node:assert/strict';
import { countIn, parseJson, parseJsonObject } from '../../src/core/json-text.ts';

describe('core/json-text', () => {
  it('gives null for what is no JSON, and the value for what is', () => {
    assert.deepEqual(['{', '', '[1,"a"]', 'null'].map(parseJson), [null, null, [1, 'a'], null]);
  });

  it('takes only objects for objects', () => {
    assert.deepEqual(parseJsonObject('{"a":1}'), { a: 1 });
    assert.deepEqual(['3', '"a"', 'null', 'x'].map(parseJsonObject), [null, null, null, null]);
  });

  it('takes only whole numbers from 0 for counts', () => {
    assert.deepEqual([0, 7, -1, 1.5, 2 ** 53, '7', null].map(countIn), [
      ...[0, 7, null, null, null, null, null],
    ]);
  });
});
