import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createLocalMask } from '../../src/core/local-mask.ts';
import { parseLogLine } from '../../src/core/log-line.ts';
import { parsePrefix } from '../../src/core/prefix-parse.ts';
import { hitLine } from '../support/filter-log.ts';

const mask = createLocalMask(['203.0.113.0/24', '2001:db8:1::/48'].map(parsePrefix));

function masked(text: string): string {
  return Buffer.from(mask(Buffer.from(text, 'latin1'))).toString('latin1');
}

describe('createLocalMask', () => {
  const rows: [name: string, address: string, expected: string][] = [
    ['RFC 1918, 10/8', '10.255.0.1', '0.0.0.0'],
    ['RFC 1918, 172.16/12', '172.31.9.9', '0.0.0.0'],
    ['behind 172.16/12', '172.32.0.1', '172.32.0.1'],
    ['RFC 1918, 192.168/16', '192.168.1.1', '0.0.0.0'],
    ['link-local', '169.254.3.4', '0.0.0.0'],
    ['a network of this host', '203.0.113.255', '0.0.0.0'],
    ['beside it', '203.0.112.255', '203.0.112.255'],
    ['unique local', 'fd12:3456::1', '::'],
    ['link-local IPv6', 'fe80::1:2', '::'],
    ['behind fe80::/10', 'fec0::1', 'fec0::1'],
    ['an IPv6 network of this host', '2001:db8:1:2:3:4:5:6', '::'],
    ['another IPv6 network', '2001:db8:2::1', '2001:db8:2::1'],
    ['an IPv4-mapped private address', '::ffff:10.0.0.1', '::'],
    ['an IPv4-mapped public one', '::ffff:198.51.100.1', '::ffff:198.51.100.1'],
    ['capital letters', 'FD00::ABCD', '::'],
    ['the unspecified address', '::', '::'],
    ['an address with its port in a line of pflog', '10.0.0.1.5', '0.0.0.0.5'],
    ['more than an address', '10.0.0.1.5.6', '10.0.0.1.5.6'],
    ['a version number', 'v10.0.0.1', 'v10.0.0.1'],
    ['no address', '10.0.0.256', '10.0.0.256'],
  ];
  for (const [name, address, expected] of rows) {
    it(`${address} (${name}) is sent as ${expected}`, () => {
      for (const [before, behind] of [
        ['', ''],
        ['a,', ',b'],
        ["errormsg='", "'"],
        ['[', ']'],
      ]) {
        assert.equal(masked(`${before}${address}${behind}\n`), `${before}${expected}${behind}\n`);
      }
    });
  }

  it('leaves a line readable, and only its local addresses changed', () => {
    const line = hitLine(1);
    const packet = parseLogLine(masked(line));
    assert.deepEqual(packet, { ...parseLogLine(line), destination: '0.0.0.0' });
  });

  it('masks the host name of the prefix and the tail of an ICMP error', () => {
    const line =
      'Nov 20 03:04:05 192.168.1.1 filterlog[3]: 6,,,1770000101,em0,match,block,in,4,0x0,,51,1,0,none,1,icmp,60,198.51.100.1,10.0.0.2,unreachport,192.168.7.7,17,53';
    assert.equal(
      masked(line),
      'Nov 20 03:04:05 0.0.0.0 filterlog[3]: 6,,,1770000101,em0,match,block,in,4,0x0,,51,1,0,none,1,icmp,60,198.51.100.1,0.0.0.0,unreachport,0.0.0.0,17,53',
    );
  });

  it('keeps the number of lines and every other byte, whatever they hold', () => {
    const piece = fc.oneof(
      fc.constantFrom('10.0.0.1', 'fe80::1', '198.51.100.1', '\n', ',', ' ', '03:04:05', '::'),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const found = masked(text);
        assert.equal(found.split('\n').length, text.split('\n').length);
        assert.equal(masked(found), found);
        if (!/\d\.\d|:/.test(text)) assert.equal(found, text);
      }),
    );
  });
});
