import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormatError } from '../../src/core/errors.ts';
import { decodeSettings, encodeSettings } from '../../src/protocol/settings-record.ts';

describe('settings record', () => {
  it('starts with its version and serial', () => {
    const strings = encodeSettings({
      serial: 5,
      values: { block_list: 'basic.local', port: '53' },
    });
    assert.deepEqual(strings, ['v=1', 'serial=5', 'block_list=basic.local', 'port=53']);
  });

  it('continues a long value in the next string, never inside a character', () => {
    const value = `${'ü'.repeat(122)}${'x'.repeat(300)}`;
    const strings = encodeSettings({ serial: 0, values: { block_list: value } });
    assert.deepEqual(
      strings.slice(2).map((string) => string.slice(0, 12)),
      ['block_list=ü', 'block_list+=', 'block_list+='],
    );
    assert.ok(strings.every((string) => Buffer.byteLength(string) <= 255));
    assert.deepEqual(decodeSettings(strings).values, { block_list: value });
  });

  it('comes back as it was written', () => {
    const name = fc
      .stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
      .filter((text) => text !== 'v' && text !== 'serial');
    const value = fc
      .string({ unit: 'grapheme', maxLength: 600 })
      .filter((text) => !/[\p{Cc}\u2028\u2029\ufffd]/u.test(text));
    fc.assert(
      fc.property(
        fc.dictionary(name, value, { noNullPrototype: true }),
        fc.nat(),
        (values, serial) => {
          assert.deepEqual(decodeSettings(encodeSettings({ serial, values })), { serial, values });
        },
      ),
    );
  });

  it('keeps names it does not know', () => {
    const { values } = decodeSettings(['v=1', 'serial=7', 'of_the_future=a=b', 'empty=']);
    assert.deepEqual(values, { of_the_future: 'a=b', empty: '' });
  });

  for (const [what, strings] of [
    ['no strings', []],
    ['another version', ['v=2', 'serial=1']],
    ['no version', ['serial=1', 'v=1']],
    ['no serial', ['v=1', 'port=53']],
    ['a serial that is no number', ['v=1', 'serial=1x']],
    ['a name twice', ['v=1', 'serial=1', 'port=53', 'port=5353']],
    ['its serial twice', ['v=1', 'serial=1', 'serial=2']],
    ['a string without =', ['v=1', 'serial=1', 'port']],
    ['an empty name', ['v=1', 'serial=1', '=53']],
    ['a name with other characters', ['v=1', 'serial=1', 'po rt=53']],
    ['a continuation of nothing', ['v=1', 'serial=1', 'port+=53']],
    ['a continuation of another name', ['v=1', 'serial=1', 'port=53', 'log_url+=x']],
    ['a newline in a value', ['v=1', 'serial=1', 'nickname=a\nenabled=0']],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => decodeSettings(strings), FormatError);
    });
  }

  it('is not written with a reserved name, a control character or a bad serial', () => {
    for (const values of [{ v: '1' }, { serial: '1' }, { port: '5\u00003' }, { 'a=b': '1' }]) {
      assert.throws(() => encodeSettings({ serial: 1, values: { ...values } }), FormatError);
    }
    assert.throws(() => encodeSettings({ serial: 1.5, values: {} }), FormatError);
  });
});
