import assert from 'node:assert/strict';
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import { encodeName } from '../../src/protocol/dns-name.ts';
import { addRpzPrefix, addRpzPrefix4 } from '../../src/protocol/rpz.ts';
import { texts } from '../support/prefixes.ts';

function prefixOf(name: string): string | null {
  const into = { v4: new PrefixBuilder(4), v6: new PrefixBuilder(6) };
  const added = addRpzPrefix(name.split('.'), into);
  checkQuickForm(name, into.v4);
  const found = texts(toTable(into.v4.toList(), into.v6.toList()));
  assert.equal(found.length, added ? 1 : 0);
  return found[0] ?? null;
}

/** The quick form gives the same for IPv4, and nothing for anything else. */
function checkQuickForm(name: string, expected: PrefixBuilder): void {
  const into = new PrefixBuilder(4);
  const bytes = Buffer.concat([Buffer.from('before'), encodeName(name)]);
  assert.equal(addRpzPrefix4(bytes, 6, into), expected.size === 1);
  assert.deepEqual(into.toList(), expected.toList());
}

describe('rpz-ip names', () => {
  for (const [name, prefix] of [
    ['24.0.2.0.192.rpz-ip', '192.0.2.0/24'],
    ['32.1.2.0.192.rpz-ip', '192.0.2.1'],
    ['48.zz.1.db8.2001.rpz-ip', '2001:db8:1::/48'],
    ['128.1.zz.db8.2001.rpz-ip', '2001:db8::1'],
    ['128.57.zz.101.db8.2001.rpz-ip', '2001:db8:101::57'],
    ['128.8.7.6.5.4.3.2.1.rpz-ip', '1:2:3:4:5:6:7:8'],
    ['64.zz.rpz-ip', '::/64'],
  ] as const) {
    it(`${name} stands for ${prefix}`, () => {
      assert.equal(prefixOf(name), prefix);
    });
  }

  for (const name of [
    'rpz-ip',
    '24.rpz-ip',
    '33.1.2.0.192.rpz-ip',
    '0.0.0.0.0.rpz-ip',
    '24.0.2.0.256.rpz-ip',
    '24.0.2.192.rpz-ip',
    '129.1.zz.db8.2001.rpz-ip',
    '48.zz.1.zz.2001.rpz-ip',
    '48.1.db8.2001.rpz-ip',
    '128.g.zz.db8.2001.rpz-ip',
    '24.0.2.0.192.rpz-client-ip',
    '24.0.2.0.192',
  ]) {
    it(`${name} stands for nothing`, () => {
      assert.equal(prefixOf(name), null);
    });
  }
});
