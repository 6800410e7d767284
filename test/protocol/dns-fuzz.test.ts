import assert from 'node:assert/strict';
import { decodeSmall } from '../../src/protocol/dns-message.ts';
import { accepted, fuzzDecoders } from '../support/dns-fuzz.ts';

const INPUTS = 100_000;
const LONGEST_MS = 50;

describe('DNS decoders', () => {
  it(`refuse or read ${INPUTS} damaged answers without a crash, a stall or an address that is not in them`, () => {
    const { taken, transfers, longestMs } = fuzzDecoders(INPUTS, 20_261_120);
    assert.ok(longestMs < LONGEST_MS, `one input took ${longestMs} ms`);
    assert.ok(transfers > INPUTS / 1_000, `only ${transfers} transfers were read`);
    assert.ok(taken > INPUTS / 100, `only ${taken} were read: the test damages too much`);
  }).timeout(60_000);

  it('refuse a message of 64 KB full of pointer chains quickly', () => {
    const message = new Uint8Array(65_535);
    message.set([0, 1, 0x80, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0, 12, 0, 1]);
    for (let at = 18; at + 1 < message.length; at += 2) {
      const target = Math.min(at - 2, 0x3ffe);
      message.set([0xc0 | (target >> 8), target & 0xff], at);
    }
    const started = performance.now();
    assert.ok(!accepted(() => decodeSmall(message)));
    assert.ok(performance.now() - started < LONGEST_MS);
  });
});
