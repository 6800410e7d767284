import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalizeCidr } from 'cidr-tools';
import { FormatError } from '../../src/core/errors.ts';
import { emptyList } from '../../src/core/prefix-list.ts';
import {
  formatPrefix,
  formatTable,
  parsePrefix,
  parseTable,
  prefixAt,
  tableLines,
} from '../../src/core/prefix-text.ts';
import { anyPrefix, crowdedPrefix, prefixTexts, table, texts } from '../support/prefixes.ts';

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

describe('parsePrefix', () => {
  it('reads addresses and prefixes of both families', () => {
    assert.deepEqual(parsePrefix('192.0.2.1'), { family: 4, words: [0xc0000201], length: 32 });
    assert.deepEqual(parsePrefix('0.0.0.0/0'), { family: 4, words: [0], length: 0 });
    assert.deepEqual(parsePrefix('2001:DB8::1/127'), {
      family: 6,
      words: [0x20010db8, 0, 0, 0],
      length: 127,
    });
    assert.deepEqual(parsePrefix('::ffff:255.255.255.255').words, [0, 0, 0xffff, 0xffffffff]);
  });

  it('clears host bits', () => {
    assert.equal(formatPrefix(parsePrefix('192.0.2.129/25')), '192.0.2.128/25');
    assert.equal(formatPrefix(parsePrefix('2001:db8:ffff::1/33')), '2001:db8:8000::/33');
  });

  const refused = [
    ...['', ' ', '1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3.4', '1.2.3.256', '1.2.3.4444'],
    ...['01.2.3.4', '1.2.3.00', '0x1.2.3.4', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.4\n', '+1.2.3.4'],
    ...['1.2.3.4/', '1.2.3.4/33', '1.2.3.4/08', '1.2.3.4/-1', '1.2.3.4/8/8', '1.2.3.4/ 8'],
    ...[':', ':::', '1:2', '::1::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::'],
    ...['1::2:3:4:5:6:7:8', '12345::', 'g::', ':1::', '1::1:', '::/129', 'fe80::1%em0'],
    ...['::1.2.3', '::1.2.3.4:1', '1.2.3.4::', '1:2:3:4:5:6:7:1.2.3.4', '::01.2.3.4', 'localhost'],
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePrefix(text), FormatError);
    });
  }

  it('shows no control character and no endless text in its message', () => {
    assert.throws(
      () => parsePrefix(`\u001b[2J${'a'.repeat(10_000)}`),
      (error: FormatError) => error.message.length < 200 && !error.message.includes('\u001b'),
    );
  });
});

describe('formatPrefix', () => {
  it('writes IPv6 as RFC 5952 says', () => {
    const cases = [
      ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['1::', '1::'],
      ['0:0:0:0:0:ffff:102:304', '::ffff:1.2.3.4'],
      ['::ffff:0:0/96', '::ffff:0.0.0.0/96'],
      ['::/0', '::/0'],
      ['::1/128', '::1'],
      ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ] as const;
    for (const [text, canonical] of cases) {
      assert.equal(formatPrefix(parsePrefix(text)), canonical);
    }
  });

  for (const family of [4, 6] as const) {
    it(`is read back to the same IPv${family} prefix, and is what cidr-tools writes`, () => {
      fc.assert(
        fc.property(fc.oneof(anyPrefix(family), crowdedPrefix(family)), (prefix) => {
          const text = formatPrefix(prefix);
          assert.deepEqual(parsePrefix(text), prefix);
          if (!text.startsWith('::ffff:')) assert.equal(normalizeCidr(text), text);
        }),
      );
    });
  }
});

describe('prefixAt', () => {
  it('refuses an index outside the list', () => {
    assert.throws(() => prefixAt(emptyList(4), 0), RangeError);
  });
});

describe('formatTable and parseTable', () => {
  it('write one prefix a line, IPv4 first, each line ended', () => {
    const text = Buffer.from(formatTable(table('::1', '192.0.2.0/24', '10.0.0.1'))).toString();
    assert.equal(text, '10.0.0.1\n192.0.2.0/24\n::1\n');
    assert.equal(formatTable(table()).length, 0);
  });

  it('write each entry as formatPrefix does and read the same table back', () => {
    fc.assert(
      fc.property(prefixTexts(4), prefixTexts(6), (v4, v6) => {
        const wanted = table(...v4, ...v6);
        const written = formatTable(wanted);
        const expected = texts(wanted).map((text) => `${text}\n`);
        assert.equal(Buffer.from(written).toString('latin1'), expected.join(''));
        assert.deepEqual(texts(parseTable(written)), texts(wanted));
      }),
    );
  });

  it('give the same text in pieces', () => {
    const v4 = Array.from({ length: 9_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
    const v6 = Array.from({ length: 8_193 }, (_, n) => `2001:db8::${n.toString(16)}:0/127`);
    for (const wanted of [table(), table(...v4), table(...v4, ...v6), table(...v6)]) {
      const pieces = Array.from(tableLines(wanted), (piece) => Buffer.from(piece));
      assert.deepEqual(Buffer.concat(pieces), Buffer.from(formatTable(wanted)));
    }
  });

  it('read lines in any order, with comments, blank lines, \\r\\n and no last newline', () => {
    const text = '# list\n\n  \n192.0.2.1\r\n10.0.0.0/8\n2001:db8::/32\n192.0.2.1\n 10.0.0.1 \n::1';
    assert.deepEqual(texts(parseTable(bytes(text))), [
      '10.0.0.0/8',
      '10.0.0.1',
      '192.0.2.1',
      '::1',
      '2001:db8::/32',
    ]);
    assert.deepEqual(texts(parseTable(bytes('1.2.3.4'))), ['1.2.3.4']);
    assert.deepEqual(texts(parseTable(bytes('1.2.3.4/24'))), ['1.2.3.0/24']);
    assert.deepEqual(texts(parseTable(bytes(''))), []);
  });

  it('name the line that is no prefix', () => {
    for (const bad of [
      '1.2.3.4x',
      '1.2.3.4/33',
      '01.2.3.4',
      '1.2.3.4 # c',
      'a'.repeat(1e6),
      '\0',
    ]) {
      assert.throws(
        () => parseTable(bytes(`# one\n10.0.0.1\n${bad}\n10.0.0.2\n`)),
        (error: unknown) => error instanceof FormatError && error.message.startsWith('line 3: '),
      );
    }
  });

  it('take a line of bytes exactly when parsePrefix takes its text', () => {
    const character = fc.constantFrom(...Array.from('0123456789./::::aFg@[`{ '));
    const line = fc.oneof(
      fc.string({ unit: character, maxLength: 20 }),
      fc
        .tuple(fc.oneof(prefixTexts(4, 1), prefixTexts(6, 1)), fc.nat(30), character)
        .map(([[text = ''], at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
    );
    fc.assert(
      fc.property(line, (text) => {
        const trimmed = text.trim();
        fc.pre(trimmed !== '');
        assert.deepEqual(
          outcome(() => texts(parseTable(bytes(`${text}\n`)))),
          outcome(() => [formatPrefix(parsePrefix(trimmed))]),
        );
      }),
      { numRuns: 4000 },
    );
  });
});

function outcome(read: () => string[]): string[] | 'refused' {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof FormatError);
    return 'refused';
  }
}
