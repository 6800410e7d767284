import assert from 'node:assert/strict';
import { numberedList } from '../../src/protocol/list-name.ts';

describe('protocol/list-name', () => {
  it('puts the number at the end of the first label, and none for the first part', () => {
    assert.equal(numberedList('basic.threatstop.local', 0), 'basic.threatstop.local');
    assert.equal(numberedList('basic.threatstop.local', 12), 'basic12.threatstop.local');
    assert.equal(numberedList('basic', 1), 'basic1');
  });
});
