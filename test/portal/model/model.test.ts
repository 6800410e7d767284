import assert from 'node:assert/strict';
import { SettingsError } from '../../../src/core/errors.ts';
import { ConflictError, NotFoundError } from '../../../src/portal/model/change.ts';
import { catalogue } from '../../../src/portal/model/catalogue.ts';
import { checkFeedFormat } from '../../../src/portal/feed/feed-format.ts';
import {
  addDevice,
  editDevice,
  renewDeviceKey,
  retireDevice,
} from '../../../src/portal/model/devices.ts';
import {
  addCatalogueFeed,
  addFeed,
  editFeed,
  removeFeed,
} from '../../../src/portal/model/feeds.ts';
import { addPolicy, editPolicy, removePolicy } from '../../../src/portal/model/policies.ts';
import { previewPolicy } from '../../../src/portal/model/preview.ts';
import {
  publishChanged,
  publishPolicy,
  publishedTables,
} from '../../../src/portal/model/publish.ts';
import {
  ListTextError,
  removeUserList,
  saveUserList,
} from '../../../src/portal/model/user-lists.ts';
import {
  accessMode,
  allowAccess,
  denyAccess,
  isRegistered,
  setAccessMode,
} from '../../../src/portal/model/access.ts';
import { addSecondary, removeSecondary } from '../../../src/portal/model/secondaries.ts';
import { openStore, type Store } from '../../../src/portal/store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('the model of the portal', () => {
  const folder = temporaryFolder();
  const clock = new TestClock(Date.UTC(2026, 10, 20));
  let store: Store;
  let change: { store: Store; clock: TestClock; actor: string };
  beforeEach(() => {
    store = openStore(folder());
    change = { store, clock, actor: 'page:ann@198.51.100.7' };
    saveUserList(change, 'bad', { text: '203.0.113.1\n203.0.113.0/24\n2001:db8::/32\n' });
    saveUserList(change, 'good', { text: '203.0.113.9 # ours\n' });
    addPolicy(change, 'basic', { block: ['bad'], allow: ['good'] });
  });
  afterEach(() => store.close());

  describe('a device', () => {
    it('is added, edited and retired, each under the name of who did it, without its key', () => {
      const device = addDevice(change, { nickname: 'fw1', address: '198.51.100.1' });
      const edited = editDevice(change, device.id, {
        note: 'rack 4',
        settings: { maxpolicysize: '5000' },
      });
      assert.ok(edited.serial > device.serial);
      assert.equal(edited.nickname, 'fw1');
      retireDevice(change, device.id);
      assert.deepEqual([store.devices.all(), store.devices.keyOf(device.id)], [[], null]);
      assert.equal(store.devices.retired()[0]?.id, device.id);
      const lines = store.audit.latest(3);
      assert.deepEqual(
        lines.map(({ actor, action, target }) => [actor, action, target]),
        ['device retire', 'device edit', 'device add'].map((action) => [
          change.actor,
          action,
          device.id,
        ]),
      );
      assert.match(lines[1]?.details ?? '', /^note "" → "rack 4", settings \{\} → /);
      assert.ok(!JSON.stringify(store.audit.latest(100)).includes(device.autoKey));
      assert.throws(() => editDevice(change, device.id, { note: '' }), NotFoundError);
    });

    it('has a nickname that no other has, until that one is retired', () => {
      const one = addDevice(change, { nickname: 'fw1' });
      assert.throws(() => addDevice(change, { nickname: 'fw1' }), ConflictError);
      const two = addDevice(change);
      assert.throws(() => editDevice(change, two.id, { nickname: 'fw1' }), ConflictError);
      editDevice(change, one.id, { nickname: 'fw1' });
      retireDevice(change, one.id);
      editDevice(change, two.id, { nickname: 'fw1' });
      assert.equal(store.audit.latest(100).filter(({ target }) => target === two.id).length, 2);
    });

    it('gets another key, and the one before counts no more', () => {
      const device = addDevice(change);
      const renewed = renewDeviceKey(change, device.id);
      assert.notEqual(renewed.autoKey, device.autoKey);
      assert.equal(store.devices.keyOf(device.id), renewed.autoKey);
    });

    it('is let in by its address as long as it is in service and has that address', () => {
      const { id } = addDevice(change, { address: '198.51.100.1' });
      addDevice(change, { address: '2001:DB8::1' });
      assert.ok(isRegistered(store, '198.51.100.1'));
      assert.ok(isRegistered(store, '::ffff:198.51.100.1'));
      assert.ok(isRegistered(store, '2001:db8::1'));
      editDevice(change, id, { address: '198.51.100.2' });
      assert.ok(!isRegistered(store, '198.51.100.1'));
      assert.ok(isRegistered(store, '198.51.100.2'));
      editDevice(change, id, { ipType: 'dynamic', address: 'fw1.dyn.example.com' });
      assert.ok(!isRegistered(store, '198.51.100.2'));
      assert.deepEqual(store.addresses.dueNames(clock.now()), [
        { deviceId: id, name: 'fw1.dyn.example.com' },
      ]);
      store.addresses.set(id, ['198.51.100.3']);
      assert.ok(isRegistered(store, '198.51.100.3'));
      retireDevice(change, id);
      assert.ok(!isRegistered(store, '198.51.100.3'));
    });
  });

  describe('access', () => {
    it('is by mode and by prefix; this machine is a prefix like others', () => {
      assert.equal(accessMode(store), 'registered');
      setAccessMode(change, 'open');
      assert.equal(accessMode(store), 'open');
      assert.throws(() => setAccessMode(change, 'none'), SettingsError);
      assert.ok(isRegistered(store, '127.0.0.1') && isRegistered(store, '::1'));
      allowAccess(change, '198.51.100.77/24', 'lab');
      assert.ok(isRegistered(store, '198.51.100.1'));
      denyAccess(change, '198.51.100.0/24');
      denyAccess(change, '127.0.0.0/8');
      assert.ok(!isRegistered(store, '198.51.100.1') && !isRegistered(store, '127.0.0.1'));
      assert.throws(() => denyAccess(change, '127.0.0.0/8'), NotFoundError);
    });

    it('of a secondary is by a key that is told once', () => {
      const { key } = addSecondary(change, 'ns1', { address: '198.51.100.53' });
      assert.equal(Buffer.from(key, 'base64').length, 32);
      assert.equal(store.secondaries.keyOf('ns1'), key);
      assert.ok(!('key' in (store.secondaries.get('ns1') ?? {})));
      assert.throws(() => addSecondary(change, 'ns1', { address: '::1' }), ConflictError);
      removeSecondary(change, 'ns1');
      assert.equal(store.secondaries.keyOf('ns1'), null);
    });
  });

  describe('a list', () => {
    it('of 10,000 lines with junk in line 7,313 is refused by that line; its entries stay', () => {
      const lines = Array.from({ length: 10_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
      lines[7312] = '<td>198.18.0.1</td>';
      assert.throws(
        () => saveUserList(change, 'bad', { text: lines.join('\r\n') }),
        (error: unknown) => {
          assert.ok(error instanceof ListTextError);
          assert.deepEqual(error.lines, [
            { line: 7313, message: '"<td>198.18.0.1</td>" is not an IP address or prefix' },
          ]);
          return true;
        },
      );
      assert.equal(store.sources.get('bad')?.entries, 3);
      lines[7312] = '198.18.255.1; a comment';
      assert.equal(saveUserList(change, 'bad', { text: lines.join('\n') }).entries, 10_000);
    });

    it('tells every bad line, and what is too wide', () => {
      assert.throws(
        () => saveUserList(change, 'x', { text: '0.0.0.0/0\n1.2.3\n\n# c\n::/8\n10.0.0.0/8' }),
        (error: unknown) =>
          error instanceof ListTextError &&
          error.lines.map(({ line }) => line).join() === '1,2,5' &&
          /wider than \/8/.test(error.lines[0]?.message ?? ''),
      );
      assert.equal(store.sources.get('x'), null);
    });

    it('in use is not removed', () => {
      assert.throws(() => removeUserList(change, 'bad'), /policy basic/);
      editPolicy(change, 'basic', { block: ['good'] });
      removeUserList(change, 'bad');
      assert.equal(store.sources.get('bad'), null);
    });
  });

  describe('a policy', () => {
    it('is published under a new serial when it changed, and not otherwise', () => {
      const first = publishPolicy(change, 'basic');
      assert.deepEqual([first.changed, first.block, first.allow], [true, 3, 1]);
      assert.equal(store.zone.serial(), first.serial);
      const again = publishPolicy(change, 'basic');
      assert.deepEqual([again.changed, again.serial], [false, first.serial]);
      saveUserList(change, 'bad', { text: '203.0.113.1' });
      assert.deepEqual(store.policies.unpublished(), ['basic']);
      const [second] = publishChanged(store, clock);
      assert.equal(second?.serial, first.serial + 1);
      assert.deepEqual(store.policies.unpublished(), []);
      assert.equal(publishedTables(store, 'basic').block.v4.size, 1);
      assert.equal(store.audit.latest(1)[0]?.actor, 'portal');
    });

    it('that is published by hand waits', () => {
      editPolicy(change, 'basic', { publish: 'manual' });
      assert.deepEqual(publishChanged(store, clock), []);
      assert.equal(store.zone.serial(), 0);
    });

    it('that blocks nothing any more is a problem until it does again; what was published stays', () => {
      publishPolicy(change, 'basic');
      saveUserList(change, 'bad', { text: '' });
      assert.deepEqual(publishChanged(store, clock), []);
      const [problem] = store.problems.all();
      assert.deepEqual([problem?.code, problem?.subject], ['policy-not-published', 'basic']);
      assert.equal(publishedTables(store, 'basic').block.v4.size, 2);
      saveUserList(change, 'bad', { text: '203.0.113.5' });
      assert.equal(publishChanged(store, clock).length, 1);
      assert.deepEqual(store.problems.all(), []);
    });

    it('tells its devices when its allow list comes or goes', () => {
      const first = publishPolicy(change, 'basic').policy.settingsSerial;
      editPolicy(change, 'basic', { allow: [] });
      const { policy } = publishPolicy(change, 'basic');
      assert.ok(policy.settingsSerial > first);
      assert.deepEqual(
        store.zone.lists().map(({ name }) => name),
        ['basic.threatstop.local'],
      );
      assert.equal(publishPolicy(change, 'basic').policy.settingsSerial, policy.settingsSerial);
    });

    it('is previewed: entries, overlap, changes and what it fits', () => {
      saveUserList(change, 'more', { text: '203.0.113.64/26\n198.51.100.1\n' });
      publishPolicy(change, 'basic');
      const preview = previewPolicy(store, 'basic', { block: ['bad', 'more'] });
      assert.deepEqual([preview.block, preview.allow, preview.allowedBlocks], [5, 1, 1]);
      // Of the /24 without one address eight prefixes are left, one of them an entry already.
      assert.equal(preview.enforced, 4 + 8 - 1);
      assert.deepEqual(preview.sources, [
        { name: 'bad', role: 'block', entries: 3, alone: 2 },
        { name: 'more', role: 'block', entries: 2, alone: 1 },
        { name: 'good', role: 'allow', entries: 1, alone: 1 },
      ]);
      assert.deepEqual(preview.overlaps, [
        { role: 'block', name: 'bad', other: 'more', entries: 1 },
        { role: 'block', name: 'more', other: 'bad', entries: 1 },
      ]);
      assert.deepEqual(preview.changes, {
        block: { added: 2, removed: 0 },
        allow: { added: 0, removed: 0 },
      });
      assert.ok(preview.limits.every(({ fits }) => fits));
      assert.equal(store.zone.serial(), store.policies.get('basic')?.serial);
    });

    it('has list names of its own; with devices it is not removed', () => {
      assert.throws(
        () => addPolicy(change, 'other', { blockList: 'basic.threatstop.local' }),
        ConflictError,
      );
      for (const blockList of [
        'threatstop.local',
        'example.com',
        'x.config.threatstop.local',
        'portal.threatstop.local',
        'basic-l0.threatstop.local',
        'basic1.threatstop.local',
        `${'x'.repeat(57)}.threatstop.local`,
      ]) {
        assert.throws(() => addPolicy(change, 'other', { blockList }), SettingsError, blockList);
      }
      for (const name of ['', 'A', 'a b', '-a', 'a'.repeat(49)]) {
        assert.throws(() => addPolicy(change, name), SettingsError, name);
      }
      assert.throws(() => addPolicy(change, 'other', { block: ['none'] }), NotFoundError);
      publishPolicy(change, 'basic');
      const { id } = addDevice(change);
      assert.throws(() => removePolicy(change, 'basic'), new RegExp(id));
      retireDevice(change, id);
      removePolicy(change, 'basic');
      assert.deepEqual([store.zone.lists(), store.policies.all()], [[], []]);
      assert.deepEqual(store.zone.owners(), []);
    });
  });

  describe('a feed', () => {
    it('is added by hand or out of the catalogue, whose every entry is usable', () => {
      addFeed(change, 'own', { url: 'https://feeds.example/list.txt' });
      for (const { id, format, licence, licenceUrl } of catalogue()) {
        checkFeedFormat(format);
        assert.ok(licence !== '' && licenceUrl.startsWith('https://'));
        const feed = addCatalogueFeed(change, id);
        assert.equal(feed.due, clock.now());
      }
      assert.equal(store.feeds.due(clock.now()).length, catalogue().length + 1);
      assert.throws(() => addCatalogueFeed(change, 'none'), NotFoundError);
    });

    it('needs a usable URL, format and interval', () => {
      const url = 'https://feeds.example/list.txt';
      for (const request of [
        {},
        { url: 'http://feeds.example/' },
        { url: 'ftp://feeds.example/', internal: true },
        { url: 'https://user:secret@feeds.example/' },
        { url, format: 'xml' },
        { url, format: 'csv:0' },
        { url, intervalS: 10 },
        { url, shrink: 101 },
      ]) {
        assert.throws(() => addFeed(change, 'own', request), SettingsError);
      }
      assert.equal(store.sources.get('own'), null);
      assert.throws(() => addFeed(change, 'bad', { url }), ConflictError);
    });

    it('is fetched at once from another URL, in time otherwise, and never with interval 0', () => {
      addFeed(change, 'own', { url: 'https://feeds.example/a' });
      const feed = store.feeds.get('own');
      assert.ok(feed);
      store.feeds.save({ ...feed, tried: clock.now(), due: clock.now() + 86_400_000 });
      assert.equal(editFeed(change, 'own', { intervalS: 3_600 }).due, clock.now() + 3_600_000);
      assert.equal(editFeed(change, 'own', { url: 'https://feeds.example/b' }).due, clock.now());
      assert.equal(editFeed(change, 'own', { intervalS: 0 }).due, null);
      removeFeed(change, 'own');
      assert.deepEqual([store.feeds.get('own'), store.sources.get('own')], [null, null]);
    });
  });
});
