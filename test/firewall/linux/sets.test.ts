import assert from 'node:assert/strict';
import fc from 'fast-check';
import { options } from '../../../src/config/options.ts';
import { LONGEST_PREFIX, allNames, prefixOfName } from '../../../src/firewall/linux/set-names.ts';
import { changesTo, contentsOf, type HeldSets } from '../../../src/firewall/linux/set-changes.ts';
import { joinContents, partTable } from '../../../src/firewall/linux/set-content.ts';
import { roomFor, writeRestore } from '../../../src/firewall/linux/restore-text.ts';
import { canonicalLogOptions } from '../../../src/firewall/linux/log-options.ts';
import { tables } from '../../contract/firewall-driver.ts';
import { prefixTexts, table, texts } from '../../support/prefixes.ts';

function held(block: string, room = 65_536): HeldSets {
  const contents = contentsOf('TS', 'block', tables(block).block);
  return new Map([...contents].map(([name, entries]) => [name, { entries, room, fault: null }]));
}

function restoreText(from: string, to: string, room?: number): string {
  const changes = changesTo('TS', held(from, room), contentsOf('TS', 'block', tables(to).block));
  return Buffer.from(writeRestore(changes, [])).toString('latin1');
}

function crowd(count: number): string {
  return Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(' ');
}

describe('the sets of a table', () => {
  it('join to the very table they were made of, everything and its halves included', () => {
    const everything = fc.subarray([
      '0.0.0.0/0',
      '0.0.0.0/1',
      '128.0.0.0/1',
      '::/0',
      '::/1',
      '8000::/1',
    ]);
    const marks = fc.subarray([
      '0.0.0.0',
      '0.0.0.1',
      '0.0.0.2',
      '128.0.0.1',
      '::',
      '::1',
      '::2',
      '8000::1',
    ]);
    fc.assert(
      fc.property(everything, marks, prefixTexts(4), prefixTexts(6), (all, some, v4, v6) => {
        const whole = table(...all, ...some, ...v4, ...v6);
        const parts = partTable(whole);
        assert.deepEqual(texts(joinContents(parts)), texts(whole));
        assert.ok(!texts(parts.net).some((text) => text.endsWith('/0')));
        assert.ok(
          !texts(parts.addr).some(
            (text) => text.includes('/') || text === '0.0.0.0' || text === '::',
          ),
        );
      }),
    );
  });

  it('have names that fit with the longest prefix, and not with a longer one', () => {
    const longest = (prefix: string) => Math.max(...allNames(prefix).map(({ length }) => length));
    assert.equal(longest('p'.repeat(LONGEST_PREFIX)), 31);
    assert.equal(longest('p'.repeat(LONGEST_PREFIX + 1)), 32);
    const { tsprefix } = options;
    assert.equal(tsprefix.parse('p'.repeat(LONGEST_PREFIX)).length, LONGEST_PREFIX);
    assert.throws(() => tsprefix.parse('p'.repeat(LONGEST_PREFIX + 1)), /ipset takes names of 31/);
    const [one, other] = ['0', '1'].map((end) => `${'p'.repeat(LONGEST_PREFIX - 1)}${end}`);
    const names = [...allNames(one!), ...allNames(other!)];
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(new Set(allNames('block-').map(prefixOfName)), new Set(['block-']));
    assert.equal(prefixOfName('f2b-sshd'), null);
  });
});

describe('the text for ipset restore', () => {
  it('is empty when nothing changes', () => {
    assert.equal(restoreText('192.0.2.1 198.51.100.0/24', '192.0.2.1 198.51.100.0/24'), '');
  });

  it('adds before it deletes when little changes', () => {
    const text = restoreText(`${crowd(100)} 192.0.2.1`, `${crowd(100)} 192.0.2.2`);
    assert.equal(text, 'add TSblockaddr 192.0.2.2\ndel TSblockaddr 192.0.2.1\n');
  });

  it('fills a new set when much changes, or there is no room, and swaps last', () => {
    const expected = [
      'create TSblockaddrnew hash:ip family inet hashsize 1024 maxelem 65536',
      'add TSblockaddrnew 192.0.2.2',
      'swap TSblockaddrnew TSblockaddr',
      'destroy TSblockaddrnew',
      '',
    ].join('\n');
    assert.equal(restoreText('192.0.2.1', '192.0.2.2'), expected);
    assert.match(restoreText(crowd(100), `${crowd(100)} 192.0.2.2`, 100), /swap/);
  });

  it('keeps a network until the addresses that take its place are in force', () => {
    const text = restoreText('192.0.2.0/24 203.0.113.0/24 198.51.100.1', '192.0.2.7');
    assert.match(text, /add TSblocknetnew 192\.0\.2\.0\/24\n/);
    assert.doesNotMatch(text, /203\.0\.113/);
    const order = ['swap TSblocknetnew', 'swap TSblockaddrnew', 'del TSblocknet 192.0.2.0/24'];
    const places = order.map((line) => text.indexOf(line));
    assert.ok(!places.includes(-1));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });

  it('makes sets with room for a quarter more', () => {
    assert.deepEqual(
      [0, 52_428, 52_429, 1_000_000].map(roomFor),
      [65_536, 65_536, 131_072, 2_097_152],
    );
  });
});

describe('the extra log options', () => {
  it('take the form that iptables-save prints', () => {
    assert.equal(
      canonicalLogOptions('--log-uid  --log-level info --log-ip-options'),
      '--log-level 6 --log-ip-options --log-uid',
    );
    assert.equal(canonicalLogOptions('--log-level warn'), '');
    assert.equal(canonicalLogOptions(''), '');
  });

  it('are refused when they are none', () => {
    for (const text of [
      '-j ACCEPT',
      '--log-level',
      '--log-level 8',
      '--log-prefix x',
      '–log-uid',
    ]) {
      assert.throws(() => canonicalLogOptions(text), /is not a log option/, text);
    }
  });
});
