import assert from 'node:assert/strict';
import { parsePort } from '../../src/core/port.ts';

describe('core/port', () => {
  it('takes whole numbers up to 65535 and nothing else', () => {
    assert.deepEqual(['0', '53', '65535'].map(parsePort), [0, 53, 65_535]);
    assert.deepEqual(['', '65536', '-1', '1e3', '53 ', '000053'].map(parsePort), [
      ...[null, null, null, null, null, null],
    ]);
  });
});
