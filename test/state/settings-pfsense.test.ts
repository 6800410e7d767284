import assert from 'node:assert/strict';
import { createPfsenseSettings } from '../../src/state/settings-pfsense.ts';
import { createPfsenseCommand } from '../../src/system/pfsense-command.ts';
import { createFakePfsense, type FakePfsense } from '../support/fake-pfsense.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('settings in config.xml', () => {
  const folder = temporaryFolder();
  let pfsense: FakePfsense;
  let settings: ReturnType<typeof createPfsenseSettings>;
  beforeEach(() => {
    pfsense = createFakePfsense(folder());
    settings = createPfsenseSettings(pfsense.ask, pfsense.configFile);
  });

  it('are none on a device that is not set up', async () => {
    assert.equal(await settings.read(), null);
  });

  it('come back as they were written, and are gone when cleared', async () => {
    await settings.write({ device_id: 'tdid_1', auto_key: 'c2VjcmV0' });
    assert.deepEqual(await settings.read(), { device_id: 'tdid_1', auto_key: 'c2VjcmV0' });
    await settings.clear();
    assert.equal(await settings.read(), null);
  });

  it('are asked of PHP only when config.xml changed', async () => {
    await settings.read();
    await settings.read();
    assert.deepEqual(pfsense.asked, ['read-settings']);
  });

  it('are refused with pfSense’s reason and remedy', async () => {
    pfsense.refuseNext = { message: 'config.xml was not written', remedy: 'Ask.' };
    await assert.rejects(settings.write({ device_id: 'x' }), {
      name: 'SettingsError',
      message: /config\.xml was not written/,
      remedy: 'Ask.',
    });
  });
});

describe('asking pfSense', () => {
  it('sends the input through standard input, never as an argument', async () => {
    const seen: { argv: readonly string[]; input: unknown }[] = [];
    const ask = createPfsenseCommand((argv, options) => {
      seen.push({ argv, input: options?.input });
      return Promise.resolve({ stdout: '{"ok":true,"result":[]}\n', stderr: '', exitCode: 0 });
    });
    assert.deepEqual(await ask('write-settings', { settings: { auto_key: 'k' } }), {
      ok: true,
      result: {},
    });
    assert.equal(seen[0]?.argv.at(-1), 'write-settings');
    assert.equal(seen[0].input, '{"settings":{"auto_key":"k"}}');
  });

  it('says what PHP printed instead of an answer', async () => {
    const ask = createPfsenseCommand(() =>
      Promise.resolve({ stdout: 'Fatal error: x\n', stderr: '', exitCode: 255 }),
    );
    await assert.rejects(ask('state'), { name: 'HostError', message: /no answer: Fatal error: x/ });
  });
});
