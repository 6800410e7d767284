import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormatError } from '../../src/core/errors.ts';
import { decodeApl } from '../../src/protocol/apl.ts';
import { encodeApl } from '../support/apl-pieces.ts';
import { aplTarget, includedIn, textsIn } from '../support/apl-target.ts';
import { prefixTexts, table, texts } from '../support/prefixes.ts';

function decoded(hex: string): string[] {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const target = aplTarget();
  decodeApl(bytes, 0, bytes.length, target);
  return textsIn(target);
}

describe('APL records', () => {
  it('are read as the example of RFC 3123', () => {
    // foo.example. IN APL 1:192.168.32.0/21 !1:192.168.38.0/28, and multicast of both families.
    assert.deepEqual(decoded('0001 15 03 c0a820  0001 1c 83 c0a826'), [
      '192.168.32.0/21',
      '!192.168.38.0/28',
    ]);
    assert.deepEqual(decoded('0001 04 01 e0  0002 08 01 ff'), ['224.0.0.0/4', 'ff00::/8']);
  });

  it('are read with an empty address, zero octets at the end, and host bits that are cleared', () => {
    assert.deepEqual(decoded('0001 00 00'), ['0.0.0.0/0']);
    assert.deepEqual(decoded('0001 08 04 0a000000'), ['10.0.0.0/8']);
    assert.deepEqual(decoded('0001 18 04 c0000207'), ['192.0.2.0/24']);
    assert.deepEqual(decoded('0002 80 90 20010db8000000000000000000000001'), ['!2001:db8::1']);
    assert.deepEqual(decoded('0002 21 10 20010db8ffffffffffffffffffffffff'), [
      '2001:db8:8000::/33',
    ]);
  });

  it('are written in the shortest form', () => {
    const [piece] = encodeApl(
      table('10.0.0.0/8', '192.0.2.1', '0.0.0.0/0', '2001:db8::/32', '::/0'),
    );
    const items = ['00010000', '000108010a', '00012004c0000201', '00020000', '0002200420010db8'];
    assert.equal(Buffer.from(piece ?? []).toString('hex'), items.join(''));
  });

  it('come back as the table that was written, whatever it is cut into', () => {
    fc.assert(
      fc.property(
        prefixTexts(4),
        prefixTexts(6),
        fc.integer({ min: 20, max: 200 }),
        (v4, v6, max) => {
          const wanted = table(...v4, ...v6);
          const target = aplTarget();
          for (const piece of encodeApl(wanted, max)) {
            assert.ok(piece.length > 0 && piece.length <= max);
            decodeApl(piece, 0, piece.length, target);
          }
          assert.deepEqual(texts(includedIn(target)), texts(wanted));
          assert.equal(target.exclude4.size + target.exclude6.size, 0);
        },
      ),
    );
  });

  it('make no piece for an empty table', () => {
    assert.deepEqual(encodeApl(table()), []);
  });

  for (const [what, hex] of [
    ['an unknown address family', '0003 20 04 c0000201'],
    ['an IPv4 prefix of more than 32 bits', '0001 21 04 c0000201'],
    ['an IPv4 address of more than 4 octets', '0001 20 05 c000020101'],
    ['an IPv6 prefix of more than 128 bits', '0002 81 01 20'],
    ['an IPv6 address of more than 16 octets', `0002 80 11 ${'20'.repeat(17)}`],
    ['an item cut in its address', '0001 20 04 c00002'],
    ['an item cut in its header', '0001 20 04 c0000201 0001 20'],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.throws(() => decoded(hex), FormatError);
    });
  }

  it('are not read past their end, though the message goes on', () => {
    const bytes = Buffer.from('00012004c0000201', 'hex');
    assert.throws(() => decodeApl(bytes, 0, 7, aplTarget()), /runs past the record/);
  });
});
