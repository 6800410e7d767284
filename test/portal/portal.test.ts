import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BusyError, HostError, SettingsError } from '../../src/core/errors.ts';
import { sizeOf } from '../../src/core/prefix-list.ts';
import { addDevice } from '../../src/portal/model/devices.ts';
import { addCommandOf } from '../../src/portal/model/link.ts';
import { openStore } from '../../src/portal/store.ts';
import { starterContent } from '../../src/portal/starter.ts';
import { nextSerial } from '../../src/portal/zone/serial.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createHitUploader } from '../../src/upstream/log-upload.ts';
import { createPolicySource } from '../../src/upstream/policy-source.ts';
import { createSettingsSource } from '../../src/upstream/settings-source.ts';
import { dig } from '../support/dig.ts';
import { TestLog, publishLines, startPortal } from '../support/portal.ts';
import { saveUserList } from '../../src/portal/model/user-lists.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

import { until } from '../support/until.ts';

const CLOCK = systemClock;

describe('the portal', () => {
  const folder = temporaryFolder();
  const systemLog = new TestLog();

  it('is found again after a restart: ports, pin, lists, serial and devices', async () => {
    const first = await startPortal(folder());
    const device = first.addDevice({ nickname: 'fw1' });
    publishLines(first, 'own.threatstop.local', ['198.51.100.9']);
    const soa = await dig(first.addresses.policy.port, '+tcp', 'SOA', 'threatstop.local');
    await first.close();

    const second = await startPortal(folder(), { starter: null });
    try {
      assert.deepEqual(second.addresses, first.addresses);
      assert.equal(second.pin, first.pin);
      assert.deepEqual({ ...second.device(device.id), autoKey: device.autoKey }, device);
      assert.equal(second.store.devices.keyOf(device.id), device.autoKey);
      const { port } = second.addresses.policy;
      const soaNow = await dig(port, '+tcp', 'SOA', 'threatstop.local');
      assert.deepEqual(soaNow.answers, soa.answers);
      const own = await dig(port, '+tcp', 'APL', 'own.threatstop.local');
      assert.equal(own.answers.length, 1);
    } finally {
      await second.close();
    }
  });

  it('takes another port when the former one is taken, and tells the devices under a new serial', async () => {
    const first = await startPortal(folder());
    const { id } = first.addDevice();
    const taken = first.addresses.policy.port;
    await first.close();
    const other = await startPortal(join(folder(), 'other'), { ports: { policy: taken } });
    const second = await startPortal(folder());
    try {
      assert.notEqual(second.addresses.policy.port, taken);
      assert.equal(second.addresses.settings.port, first.addresses.settings.port);
      const { serial, values } = await settingsOf(second, id);
      assert.ok(serial > (second.device(id)?.serial ?? Infinity));
      assert.equal(values['port'], String(second.addresses.policy.port));
    } finally {
      await other.close();
      await second.close();
    }
  });

  it('does not start on a port that is wanted and taken, nor on an address that is not one', async () => {
    const first = await startPortal(folder());
    try {
      const ports = { intake: first.addresses.policy.port };
      const other = join(folder(), 'other');
      await assert.rejects(startPortal(other, { ports }), HostError);
      await assert.rejects(startPortal(other, { host: '0.0.0.0' }), SettingsError);
      await assert.rejects(startPortal(other, { host: '192.0.2.1' }), HostError);
      await (await startPortal(other)).close();
    } finally {
      await first.close();
    }
  });

  it('serves a state folder alone', async () => {
    const first = await startPortal(folder());
    await assert.rejects(startPortal(folder()), BusyError);
    await first.close();
    await (await startPortal(folder())).close();
  });

  it('notices what another process adds: a device and a list', async () => {
    const portal = await startPortal(folder());
    const beside = openStore(folder());
    try {
      const { port } = portal.addresses.policy;
      assert.equal((await dig(port, '+tcp', 'APL', 'new.threatstop.local')).status, 'NXDOMAIN');
      publishLines({ store: beside, clock: CLOCK }, 'new.threatstop.local', ['198.51.100.3']);
      assert.equal((await dig(port, '+tcp', 'APL', 'new.threatstop.local')).answers.length, 1);
      const device = addDevice(
        { store: beside, clock: CLOCK, actor: 'test' },
        { nickname: 'beside' },
      );
      assert.equal((await settingsOf(portal, device.id)).values['nickname'], 'beside');
    } finally {
      beside.close();
      await portal.close();
    }
  });

  it('publishes by itself, in a thread, what another process has changed', async () => {
    const portal = await startPortal(folder(), { log: systemLog });
    const beside = openStore(folder());
    try {
      const before = portal.store.zone.serial();
      const change = { store: beside, clock: CLOCK, actor: 'test' };
      saveUserList(change, 'test-indicator', { text: '64.87.3.133\n203.0.113.77\n' });
      await until('the policy is published', () => portal.store.zone.serial() > before);
      const { answers } = await dig(
        portal.addresses.policy.port,
        '+tcp',
        'APL',
        'basic.threatstop.local',
      );
      assert.match(answers[0] ?? '', /1:203\.0\.113\.77\/32/);
      assert.deepEqual(portal.store.audit.latest(1)[0]?.actor, 'portal');
      await until('the log says so', () =>
        systemLog.lines.some((line) => /policy basic published, serial \d+/.test(line)),
      );
    } finally {
      beside.close();
      await portal.close();
    }
  });

  it('keeps database and keys from other users', async () => {
    const portal = await startPortal(folder());
    for (const file of ['portal.db', 'portal.key']) {
      assert.equal((await stat(join(folder(), file))).mode & 0o777, 0o600);
    }
    await portal.close();
  });

  it('closes while clients are connected', async () => {
    const portal = await startPortal(folder());
    const { policy, settings } = portal.addresses;
    const sockets = [policy, settings].map(({ port }) => connect(port, '127.0.0.1'));
    const ends = sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.on('error', () => undefined).on('close', () => resolve());
          socket.resume();
        }),
    );
    await dig(policy.port, '+tcp', 'SOA', 'threatstop.local');
    await portal.close();
    await Promise.all(ends);
  });

  it('gives an agent its settings, its policy over TLS and TSIG, and takes its hits', async () => {
    const portal = await startPortal(folder());
    try {
      const device = portal.addDevice({ nickname: 'fw1' });
      const { values } = await settingsOf(portal, device.id);
      const secret = Buffer.from(device.autoKey, 'base64');
      const source = createPolicySource({
        servers: [values['dns_server'] ?? ''],
        port: Number(values['port']),
        tls: { pin: portal.pin },
        tsig: { name: device.id, secret },
        clock: CLOCK,
      });
      const request = {
        blockLists: [values['block_list'] ?? ''],
        allowLists: [values['allow_list'] ?? ''],
      };
      const policy = await source.fetch(request, null);
      assert.ok(policy !== 'unchanged');
      assert.deepEqual(
        [...policy.block, ...policy.allow].map(({ name, include }) => [name, include.v4.size]),
        [
          ['basic.threatstop.local', 2],
          ['dns.threatstop.local', 1],
        ],
      );
      assert.equal(await source.fetch(request, policy.version), 'unchanged');

      const body = gzipSync('a line\n');
      const uploader = createHitUploader({
        url: values['log_url'] ?? '',
        deviceId: device.id,
        autoKey: device.autoKey,
        trust: { pin: portal.pin },
        clock: CLOCK,
      });
      const answer = await uploader.upload({
        id: '019aa0c8-1111-7222-8333-444444444444',
        kind: 'hits',
        body,
        sha256: createHash('sha256').update(body).digest('hex'),
        lines: 1,
        first: CLOCK.now(),
        last: CLOCK.now(),
        attempts: 0,
      });
      const message = `Log file uploaded successfully for ${device.id}`;
      assert.deepEqual(answer, { kind: 'accepted', message });
      assert.equal(portal.counts(device.id).lines, 1);
    } finally {
      await portal.close();
    }
  });

  async function settingsOf(portal: Awaited<ReturnType<typeof startPortal>>, deviceId: string) {
    const { settings } = portal.addresses;
    const autoKey = portal.store.devices.keyOf(deviceId) ?? '';
    const source = createSettingsSource({ tls: { pin: portal.pin }, clock: CLOCK });
    const { host: server, port } = settings;
    return source.fetch({ deviceId, autoKey, server, port, zone: 'threatstop.local' });
  }
});

describe('a device of the portal', () => {
  const folder = temporaryFolder();

  it('has an id and a key of its own and is linked by one command', async () => {
    const portal = await startPortal(folder());
    const [one, two] = [portal.addDevice({ nickname: 'fw1' }), portal.addDevice()];
    assert.match(one.id, /^tdid_[0-9a-f]{8}$/);
    assert.equal(Buffer.from(one.autoKey, 'base64').length, 32);
    assert.notEqual(one.id, two.id);
    assert.notEqual(one.autoKey, two.autoKey);
    assert.equal(
      addCommandOf(one, portal.addresses, portal.pin),
      `tsadmin add --type=auto --device_id=${one.id} --auto_key=${one.autoKey}` +
        ` --settings_server=127.0.0.1 --settings_port=${portal.addresses.settings.port} --portal_pin=${portal.pin}`,
    );
    await portal.close();
  });

  it('with a bad nickname, list, address or setting is refused by the name of what is bad', async () => {
    const portal = await startPortal(folder());
    const bad = [
      [{ nickname: 'a b' }, 'nickname'],
      [{ policy: 'none' }, 'policy "none"'],
      [{ ipType: 'dynamic', address: '203.0.113.9' }, 'fully qualified'],
      [{ settings: { block_list: 'x.threatstop.local' } }, 'block_list'],
      [{ manufacturer: '<script>' }, 'manufacturer'],
      [{ address: 'portal.example' }, 'portal.example'],
      [{ settings: { maxpolicysize: 'many' } }, 'maxpolicysize'],
      [{ settings: { auto_key: 'x' } }, 'auto_key'],
      [{ settings: { unknown: 'x' } }, 'unknown'],
    ] as const;
    for (const [request, named] of bad) {
      assert.throws(
        () => portal.addDevice(request),
        (error: unknown) => error instanceof SettingsError && error.message.includes(named),
      );
    }
    await portal.close();
  });
});

describe('a policy of a new portal', () => {
  it('starts as the feed in feeds/ with the test indicator, and allows the public resolvers', async () => {
    const { feed, testIndicator, allow } = await starterContent();
    assert.equal(sizeOf(feed), 14_217);
    assert.deepEqual([...testIndicator.v4.words], [0x40570385]);
    assert.deepEqual([allow.v4.size, allow.v6.size], [6, 6]);
  });

  it('has serials of the form YYYYMMDDnn that only grow', () => {
    const now = Date.UTC(2026, 10, 20, 23);
    assert.equal(nextSerial(0, now), 2026112000);
    assert.equal(nextSerial(2026112000, now), 2026112001);
    assert.equal(nextSerial(2026112099, now), 2026112100);
    assert.equal(nextSerial(2027010100, now), 2027010101);
  });
});
