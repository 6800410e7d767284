import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { streamLog } from '../../src/system/log.ts';

describe('the program log', () => {
  it('writes one line an event, whatever the text holds', () => {
    const stream = new PassThrough();
    streamLog(stream, () => 0).warn('a\nb\u001b[31mc');
    assert.equal(String(stream.read()), '1970-01-01T00:00:00.000Z warn a?b?[31mc\n');
  });
});
