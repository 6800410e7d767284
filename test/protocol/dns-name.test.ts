import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormatError } from '../../src/core/errors.ts';
import { checkName, encodeName, nameEnd, readName, sameName } from '../../src/protocol/dns-name.ts';

const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/);
const name = fc
  .array(label, { minLength: 1, maxLength: 6 })
  .map((labels) => labels.join('.'))
  .filter((text) => text.length <= 253);

/** Octets from a text in which `\xx` are hexadecimal. */
function wire(text: string): Uint8Array {
  const octets = text.replace(/\\([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return new Uint8Array(Buffer.from(octets, 'latin1'));
}

describe('DNS names', () => {
  it('are written in lower case without a final dot', () => {
    assert.equal(checkName('Basic.ThreatSTOP.local.'), 'basic.threatstop.local');
  });

  it('are refused with other characters, an empty or long label, or when they are too long', () => {
    const long = Array.from({ length: 5 }, () => 'a'.repeat(50)).join('.');
    for (const bad of ['', '.', 'a..b', 'a b', 'a/b', 'ä.local', 'a\n', 'x'.repeat(64), long]) {
      assert.throws(() => checkName(bad), FormatError, bad);
    }
    assert.equal(checkName('x'.repeat(63)).length, 63);
    assert.equal(checkName(long.slice(0, 253)).length, 253);
  });

  it('are quoted without control characters when they are refused', () => {
    assert.throws(() => checkName('a\u001b[31m\n.b'), {
      message: '"a?[31m?.b" is not a DNS name.',
    });
  });

  it('come back from the wire as they were written', () => {
    fc.assert(
      fc.property(name, (text) => {
        const octets = encodeName(text);
        assert.equal(readName(octets, 0), text.toLowerCase());
        assert.equal(nameEnd(octets, 0), octets.length);
      }),
    );
  });

  it('are read through compression pointers', () => {
    const message = wire('\\03ABC\\05local\\00\\01x\\c0\\04\\c0\\0b');
    assert.equal(readName(message, 11), 'x.local');
    assert.equal(readName(message, 15), 'x.local');
    assert.equal(nameEnd(message, 11), 15);
    assert.ok(sameName(message, 11, 15));
    assert.ok(!sameName(message, 0, 11));
  });

  it('are equal in upper and lower case', () => {
    const message = wire('\\03aBc\\00\\03AbC\\00\\03abd\\00\\04abcd\\00');
    assert.ok(sameName(message, 0, 5));
    assert.ok(!sameName(message, 0, 10));
    assert.ok(!sameName(message, 0, 15));
  });

  it('are refused on the wire when they are not plain host names', () => {
    for (const bad of ['\\03a.b\\00', '\\02a\\0a\\00', '\\02a\\00\\00', '\\00', '\\01 \\00']) {
      assert.throws(() => readName(wire(bad), 0), FormatError, bad);
    }
  });

  it('are refused when pointers go forwards, in circles or in long chains', () => {
    assert.throws(() => nameEnd(wire('\\c0\\00'), 0), /does not go backwards/);
    assert.throws(() => nameEnd(wire('\\c0\\02\\01a\\00'), 0), /does not go backwards/);
    const chain = wire(
      '\\00\\00' + Array.from({ length: 20 }, (_, i) => `\\c0\\${hex(i * 2)}`).join(''),
    );
    assert.equal(nameEnd(chain, 2 + 15 * 2), 2 + 16 * 2);
    assert.throws(() => nameEnd(chain, 2 + 16 * 2), /too many pointers/);
  });

  it('are refused when they are cut, longer than 255 octets or of an unknown kind', () => {
    assert.throws(() => nameEnd(wire('\\03ab'), 0), /runs past the message/);
    assert.throws(() => nameEnd(wire('\\02ab'), 0), /ends inside a field/);
    assert.throws(() => nameEnd(wire('\\c0'), 0), /ends inside a field/);
    assert.throws(() => nameEnd(wire('\\40a\\00'), 0), /unknown kind/);
    const long = wire(`${'\\01a'.repeat(127)}\\00`);
    assert.equal(nameEnd(long, 0), 255);
    assert.throws(() => nameEnd(wire(`${'\\01a'.repeat(128)}\\00`), 0), /longer than 255/);
  });
});

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
