import assert from 'node:assert/strict';
import { createHitReader } from '../../src/core/hit-read.ts';
import { retryDelayMs } from '../../src/core/hit-retry.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import { uuidv7 } from '../../src/core/uuid.ts';
import { hitLine } from '../support/filter-log.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const policy = {
  block: createLookup(parseTable(Buffer.from('192.0.2.0/24\n192.0.2.0/30\n'))),
  allow: createLookup(parseTable(Buffer.from('203.0.113.7\n'))),
};

function read(...lines: string[]) {
  const reader = createHitReader({ now: NOW, zone: () => 60, policy });
  return lines.map((line) => reader(Buffer.from(line, 'latin1')));
}

describe('createHitReader', () => {
  it('gives time, ends and the most specific entry of the remote address', () => {
    const line = hitLine(7);
    assert.deepEqual(read(line)[0], {
      time: Date.UTC(2026, 10, 20, 2, 4, 7),
      direction: 'in',
      interface: 'em0',
      action: 'block',
      protocol: 'udp',
      source: '192.0.2.1',
      sourcePort: 5,
      destination: '203.0.113.7',
      destinationPort: 53,
      tracker: 1770000101,
      entry: '192.0.2.0/30',
      line: Buffer.from(line),
    });
  });

  const directions: readonly (readonly [string, string, string, string, string])[] = [
    ['both are listed: as logged', '192.0.2.1', '203.0.113.7', 'out', 'out'],
    ['an inside host sends by the LAN to a listed address', '10.0.0.5', '192.0.2.9', 'in', 'out'],
    ['a listed address answers by the LAN', '192.0.2.9', '10.0.0.5', 'out', 'in'],
    ['none is listed any more, one is private', '10.0.0.5', '198.51.100.1', 'in', 'out'],
    ['none is listed, none is private: as logged', '198.51.100.1', '198.51.100.2', 'in', 'in'],
  ];
  for (const [what, source, destination, logged, expected] of directions) {
    it(`tells where a packet was going when ${what}`, () => {
      const line = hitLine(1)
        .replace('192.0.2.1', 'SOURCE')
        .replace('203.0.113.7', destination)
        .replace('SOURCE', source)
        .replace(',in,', `,${logged},`);
      const [hit] = read(line);
      assert.ok(hit !== undefined && 'direction' in hit);
      assert.equal(hit.direction, expected);
    });
  }

  it('takes the destination of an outgoing packet for the remote address', () => {
    const [hit] = read(hitLine(1).replace(',in,', ',out,'));
    assert.ok(hit !== undefined && 'entry' in hit);
    assert.equal(hit.entry, '203.0.113.7');
  });

  it('has no entry for addresses outside the policy', () => {
    const line = hitLine(1).replace('192.0.2.1', '198.51.100.1').replace('203.0.113.7', '10.0.0.1');
    const [hit] = read(line, line.replace('198.51.100.1', '999.1.1.1'));
    assert.ok(hit !== undefined && 'entry' in hit);
    assert.equal(hit.entry, null);
  });

  it('keeps a line it cannot read as it is, with the time of the one before', () => {
    const broken = hitLine(2).slice(0, 70);
    const [first, , second] = read(broken, hitLine(5), `\u00ff${broken}`);
    assert.deepEqual(first, { time: NOW, line: Buffer.from(broken) });
    assert.deepEqual(second, {
      time: Date.UTC(2026, 10, 20, 2, 4, 5),
      line: Buffer.from(`\u00ff${broken}`, 'latin1'),
    });
  });
});

describe('uuidv7', () => {
  it('is the example of RFC 9562, appendix A.6', () => {
    // unix_ts_ms 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    const random = Buffer.from('cc318c4dc0c0c07398f0', 'hex');
    assert.equal(uuidv7(0x017f22e279b0, random), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('has version and variant whatever the random bytes are', () => {
    for (const byte of [0, 0xff]) {
      const id = uuidv7(NOW, new Uint8Array(10).fill(byte));
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});

describe('retryDelayMs', () => {
  it('doubles from 15 s to an hour, of which half is random', () => {
    assert.deepEqual(
      [1, 2, 3, 20, 1_000].map((attempts) => retryDelayMs(attempts, 1)),
      [15_000, 30_000, 60_000, 3_600_000, 3_600_000],
    );
    assert.equal(retryDelayMs(1, 0), 7_500);
  });

  it('waits as long as the server asks, up to an hour', () => {
    assert.equal(retryDelayMs(1, 0, 120_000), 120_000);
    assert.equal(retryDelayMs(1, 0, 1_000), 7_500);
    assert.equal(retryDelayMs(1, 0, 999_999_999), 3_600_000);
  });
});
