import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { formatPrefix, prefixAt } from '../../src/core/prefix-text.ts';

describe('PrefixBuilder', () => {
  it('keeps order and duplicates while it grows', () => {
    const builder = new PrefixBuilder(4, 0);
    for (let i = 999; i >= 0; i -= 1) builder.add4(i >> 1, 32);
    const list = builder.toList();
    assert.equal(builder.size, 1000);
    assert.equal(list.size, 1000);
    assert.equal(list.words.length, 1000);
    assert.deepEqual([...list.words.subarray(0, 4)], [499, 499, 498, 498]);
  });

  it('clears host bits', () => {
    const v4 = new PrefixBuilder(4);
    v4.add4(0xffffffff, 0);
    v4.add4(0xc0000281, 25);
    assert.deepEqual([...v4.toList().words], [0, 0xc0000280]);
    const v6 = new PrefixBuilder(6);
    for (const length of [0, 1, 33, 64, 127, 128]) v6.add6(-1, -1, -1, -1, length);
    assert.deepEqual(
      Array.from({ length: 6 }, (_, index) => formatPrefix(prefixAt(v6.toList(), index))),
      [
        '::/0',
        '8000::/1',
        'ffff:ffff:8000::/33',
        'ffff:ffff:ffff:ffff::/64',
        'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127',
        'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      ],
    );
  });

  it('refuses a length outside its family, and a prefix of the other family', () => {
    for (const length of [-1, 33, 0.5, NaN]) {
      assert.throws(() => new PrefixBuilder(4).add4(0, length), FormatError);
    }
    assert.throws(() => new PrefixBuilder(6).add6(0, 0, 0, 0, 129), FormatError);
    assert.throws(() => new PrefixBuilder(6).add4(0, 32), /IPv4 prefix does not fit/);
    assert.throws(() => new PrefixBuilder(4).add6(0, 0, 0, 0, 32), /IPv6 prefix does not fit/);
  });

  it('takes whole lists as it takes their entries', () => {
    for (const family of [4, 6] as const) {
      const [parts, entries] = [new PrefixBuilder(family), new PrefixBuilder(family)];
      for (const size of [0, 1, 200, 3]) {
        const part = new PrefixBuilder(family, 500);
        for (let i = 0; i < size; i += 1) {
          part.add({ family, words: [i, i + 1, i + 2, i + 3], length: family * 8 });
        }
        parts.addList(part.toList());
        for (let i = 0; i < size; i += 1) entries.addEntry(part.toList(), i);
      }
      assert.equal(parts.size, 204);
      assert.deepEqual(parts.toList(), entries.toList());
    }
  });

  it('gives out lists that later additions do not change', () => {
    for (const capacity of [1, 8]) {
      const builder = new PrefixBuilder(4, capacity);
      builder.add4(1, 32);
      const list = builder.toList();
      builder.add4(2, 32);
      assert.deepEqual([list.size, [...list.words]], [1, [1]]);
    }
  });
});
