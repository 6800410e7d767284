import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSettingsFile } from '../../src/state/settings-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SETTINGS = { device_id: 'tdid_abcd1234', auto_key: 'QUJDREVGR0hJSktMTU5P' };

describe('settings in a file', () => {
  const folder = temporaryFolder();
  const path = () => join(folder(), 'threatstop.conf');

  it('go with the device', async () => {
    const store = createSettingsFile(path());
    await store.write(SETTINGS);
    assert.deepEqual(await store.read(), SETTINGS);
    await store.clear();
    assert.equal(existsSync(path()), false);
  });

  it('are left behind on Linux, and the device is not set up all the same', async () => {
    const store = createSettingsFile(path(), 'leave');
    await store.clear();
    assert.equal(existsSync(path()), false);
    await store.write(SETTINGS);
    await store.clear();
    await store.clear();
    assert.equal(await store.read(), null);
    assert.equal(readFileSync(path(), 'utf8').match(/device_id="tdid_abcd1234"/g)?.length, 1);
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    await store.write(SETTINGS);
    assert.deepEqual(await store.read(), SETTINGS);
  });
});
