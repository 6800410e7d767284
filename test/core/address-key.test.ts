import assert from 'node:assert/strict';
import { addressKey, keyRange } from '../../src/core/address-key.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';

const hex = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('hex');

describe('addressKey', () => {
  it('is the family and the bytes of the address, one form for all its spellings', () => {
    assert.equal(hex(addressKey('198.18.0.255')), '04c61200ff');
    assert.equal(hex(addressKey('2001:db8::1')), '0620010db8000000000000000000000001');
    assert.deepEqual(addressKey('2001:0db8:0::0001'), addressKey('2001:db8::1'));
  });

  it('is null for what is no address', () => {
    for (const text of ['', '1.2.3', '<b>', '1.2.3.4.5', 'fe80::1%em0', '198.18.0.0/15']) {
      assert.equal(addressKey(text), null, text);
    }
  });
});

describe('keyRange', () => {
  it('is from the first to the last address of the prefix', () => {
    const range = (text: string) => {
      const { first, last } = keyRange(parsePrefix(text));
      return [hex(first), hex(last)];
    };
    assert.deepEqual(range('198.18.7.9/15'), ['04c6120000', '04c613ffff']);
    assert.deepEqual(range('0.0.0.0/0'), ['0400000000', '04ffffffff']);
    assert.deepEqual(range('198.18.7.9'), ['04c6120709', '04c6120709']);
    assert.deepEqual(range('2001:db8::/33'), [
      `0620010db8${'00'.repeat(12)}`,
      `0620010db87f${'ff'.repeat(11)}`,
    ]);
  });
});
