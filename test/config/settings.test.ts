import assert from 'node:assert/strict';
import { SettingsError } from '../../src/core/errors.ts';
import { formatOption, parseOption, resolveSettings } from '../../src/config/settings.ts';
import { optionNames, options } from '../../src/config/options.ts';

const AUTO = { type: 'auto', device_id: 'tdid_1', auto_key: 'QUJDREVGR0hJSktMTU5PUA==' };

describe('settings', () => {
  it('take the default, then what is set locally, then what the portal sent', () => {
    const local = { ...AUTO, port: '5353', maxpolicysize: '100' };
    const { values, origins } = resolveSettings(local, { maxpolicysize: '200' });
    assert.equal(values.upload_interval, 900);
    assert.equal(values.port, 5353);
    assert.equal(values.maxpolicysize, 200);
    assert.deepEqual(
      [origins.upload_interval, origins.port, origins.maxpolicysize],
      ['default', 'local', 'portal'],
    );
  });

  it('take defaults of the platform where nothing is set', () => {
    assert.equal(resolveSettings({}, null, { log_scope: 'policy' }).values.log_scope, 'policy');
  });

  it('do not let the portal set what is the administrator’s', () => {
    const { values } = resolveSettings(AUTO, {
      enabled: 'yes',
      device_id: 'other',
      type: 'manual',
    });
    assert.equal(values.enabled, false);
    assert.equal(values.device_id, 'tdid_1');
    assert.equal(values.type, 'auto');
  });

  it('ignore names they do not know', () => {
    assert.equal(resolveSettings({}, { color: 'red' }).values.port, 53);
  });

  it('of type auto need device id and key', () => {
    assert.throws(
      () => resolveSettings({ type: 'auto' }, null),
      /auto needs device_id and auto_key/,
    );
  });

  it('that sign policy queries need a key', () => {
    assert.throws(() => resolveSettings({ policy_tsig: 'yes' }, null), /policy_tsig.*auto_key/);
  });

  it('with one bad value are refused as a whole, naming option, value and what is allowed', () => {
    assert.throws(
      () => resolveSettings(AUTO, { maxpolicysize: '10', port: '99999' }),
      (error) => {
        assert.ok(error instanceof SettingsError);
        assert.match(error.message, /option port: "99999"/);
        assert.match(error.remedy, /from 1 to 65535/);
        return true;
      },
    );
  });

  it('never show a secret in an error', () => {
    assert.throws(
      () => parseOption('auto_key', 'bad key'),
      (error) => error instanceof SettingsError && !error.message.includes('bad key'),
    );
  });
});

describe('every option', () => {
  for (const name of optionNames) {
    it(`${name} reads its own default back`, () => {
      const value = options[name].default as never;
      assert.deepEqual(parseOption(name, formatOption(name, value)), value);
    });
  }

  for (const [name, bad] of [
    ['block_list', 'basic..threatstop.local'],
    ['block_list', '-x; rm'],
    ['dns_server', 'host name!'],
    ['port', '0'],
    ['port', '53x'],
    ['policy_tls', 'maybe'],
    ['compact', 'sometimes'],
    ['log_url', 'ftp://x/'],
    ['log_proxy', 'socks5://proxy:1080'],
    ['log_proxy', 'http://user:pass word@proxy:3128'],
    ['portal_pin', 'sha256/short'],
    ['tsprefix', 'a'.repeat(22)],
    ['allow_action', 'ACCEPT; reboot'],
    ['logopts', '--log-uid $(id)'],
  ] as const) {
    it(`${name} refuses ${JSON.stringify(bad)}`, () => {
      assert.throws(() => parseOption(name, bad), SettingsError);
    });
  }
});
