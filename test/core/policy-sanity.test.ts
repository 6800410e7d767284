import assert from 'node:assert/strict';
import { checkSanity, type SanityOptions } from '../../src/core/policy-sanity.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { table } from '../support/prefixes.ts';

const INDICATOR = '64.87.3.133';

function codes(before: number | null, block: readonly string[], options?: SanityOptions): string[] {
  const after = { block: table(...block), allow: EMPTY_TABLE };
  const problems = checkSanity(before === null ? null : { entries: before }, after, options);
  assert.ok(problems.every(({ severity }) => severity === 'warning'));
  return problems.map(({ code }) => code);
}

function addresses(count: number): string[] {
  const others = Array.from({ length: count - 1 }, (_, i) => `203.${i >> 8}.${i % 256}.1`);
  return [INDICATOR, ...others];
}

describe('checkSanity', () => {
  it('says nothing of a first policy and of one that changed little', () => {
    assert.deepEqual(codes(null, addresses(10)), []);
    assert.deepEqual(codes(1000, addresses(500)), []);
    assert.deepEqual(codes(1000, addresses(3000)), []);
  });

  it('reports a block list that lost more than half or became more than three times as large', () => {
    assert.deepEqual(codes(1000, addresses(499)), ['policy-shrunk']);
    assert.deepEqual(codes(1000, addresses(3001)), ['policy-grown']);
    assert.deepEqual(codes(2, addresses(9), { fromEntries: 2 }), ['policy-grown']);
    assert.deepEqual(codes(1000, addresses(899), { shrinksBelow: 0.9 }), ['policy-shrunk']);
    assert.deepEqual(codes(1000, addresses(1101), { growsAbove: 1.1 }), ['policy-grown']);
  });

  it('lets small lists change as they like', () => {
    assert.deepEqual(codes(999, addresses(1)), []);
    assert.deepEqual(codes(1, addresses(4)), []);
  });

  it('reports a missing test indicator, also when all is gone', () => {
    assert.deepEqual(codes(null, ['203.0.113.1']), ['test-indicator-missing']);
    assert.deepEqual(codes(1000, []), ['policy-shrunk', 'test-indicator-missing']);
    assert.deepEqual(codes(null, ['64.87.3.0/24']), []);
    const testIndicator = parsePrefix('2001:db8::1');
    assert.deepEqual(codes(null, ['2001:db8::/32'], { testIndicator }), []);
  });

  for (const entry of [
    ...['10.0.0.1', '172.31.0.0/16', '192.168.1.0/24', '127.0.0.1', '169.254.0.0/16', '100.64.0.1'],
    ...['224.0.0.1', '255.255.255.255', '0.0.0.0', '160.0.0.0/4'],
    ...['::', '::1', 'fc00::/7', 'fd12::1', 'fe80::1', 'ff02::1', 'f000::/4'],
  ]) {
    it(`reports ${entry} as reserved`, () => {
      assert.deepEqual(codes(null, [INDICATOR, entry]), ['reserved-ranges-blocked']);
    });
  }

  for (const entry of [
    '172.32.0.0',
    '9.255.255.255',
    '100.128.0.0',
    '223.255.255.255',
    '2001:db8::1',
  ]) {
    it(`does not report ${entry}`, () => {
      assert.deepEqual(codes(null, [INDICATOR, entry]), []);
    });
  }

  it('reports a block list of more than half of all IPv4 addresses, however narrow its entries', () => {
    const halves = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => `${from + n}.0.0.0/8`);
    const quiet = halves(11, 100);
    assert.deepEqual(codes(null, quiet), []);
    const many = [...quiet, ...halves(101, 127), ...halves(128, 169), ...halves(170, 172)];
    assert.deepEqual(codes(null, many), ['most-addresses-blocked']);
  });

  it('names the reserved entries', () => {
    const block = table(INDICATOR, ...Array.from({ length: 30 }, (_, i) => `10.0.0.${i}`));
    const [problem] = checkSanity(null, { block, allow: EMPTY_TABLE });
    assert.match(problem?.message ?? '', /10\.0\.0\.0, 10\.0\.0\.1, .* and 10 more$/);
  });
});
