import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FrameReader, frame } from '../../src/protocol/dns-frame.ts';

describe('DNS frames', () => {
  it('give every message back, however the stream is cut', () => {
    const message = fc.uint8Array({ maxLength: 300 });
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), cuts, (messages, sizes) => {
        const stream = Buffer.concat(messages.map(frame));
        const reader = new FrameReader();
        const found: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          reader.push(stream.subarray(at, at + size), (whole) => found.push(whole.slice()));
          at += size;
        }
        assert.deepEqual(found, messages);
        assert.equal(reader.inside, false);
      }),
    );
  });

  it('know that a message is not whole yet', () => {
    const reader = new FrameReader();
    for (const chunk of [[0], [2], [1]]) {
      reader.push(Uint8Array.from(chunk), () => assert.fail('It is not whole.'));
      assert.equal(reader.inside, true);
    }
  });

  it('are not made for more than 65,535 bytes', () => {
    assert.equal(frame(new Uint8Array(65_535)).length, 65_537);
    assert.throws(() => frame(new Uint8Array(65_536)), /65536 bytes/);
  });
});
