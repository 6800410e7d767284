import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SettingsError } from '../../src/core/errors.ts';
import { formatSettingsText, parseSettingsText } from '../../src/core/settings-text.ts';

describe('the text of a settings file', () => {
  it('is read back as it was written', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/);
    const value = fc.stringMatching(/^[ -!#-~]{0,60}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (settings) => {
        assert.deepEqual(parseSettingsText(formatSettingsText(settings), 'file'), settings);
      }),
    );
  });

  it('may hold comments, blank lines and values without quotes', () => {
    const text = '# device\n\n  device_id=tdid_1\nport="5353"\n';
    assert.deepEqual(parseSettingsText(text, 'file'), { device_id: 'tdid_1', port: '5353' });
  });

  for (const [what, line] of [
    ['junk', 'this is junk'],
    ['an open quote', 'port="53'],
    ['a command after the value', 'port=53; rm -rf /'],
    ['a name that is none', '1port=53'],
  ] as const) {
    it(`is refused with its line number for ${what}`, () => {
      assert.throws(
        () => parseSettingsText(`type=manual\n${line}\n`, '/etc/x.conf'),
        (error) =>
          error instanceof SettingsError && error.message.startsWith('reading /etc/x.conf, line 2'),
      );
    });
  }

  it('is refused when a name is set twice', () => {
    assert.throws(() => parseSettingsText('port=53\nport=54\n', 'f'), /line 2: port is set twice/);
  });

  it('never shows a key in an error', () => {
    assert.throws(
      () => parseSettingsText('auto_key="c2VjcmV0', 'f'),
      (error) => error instanceof SettingsError && !error.message.includes('c2VjcmV0'),
    );
  });

  it('cannot hold a quote or a line break', () => {
    assert.throws(() => formatSettingsText({ nickname: 'a"b' }), /option nickname/);
    assert.throws(() => formatSettingsText({ nickname: 'a\nb' }), /option nickname/);
  });
});
