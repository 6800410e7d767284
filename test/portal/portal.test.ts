import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BusyError, FormatError, HostError, SettingsError } from '../../src/core/errors.ts';
import { sizeOf } from '../../src/core/prefix-list.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import { openStore } from '../../src/portal/store.ts';
import { publishList } from '../../src/portal/publish.ts';
import { addCommandOf, registerDevice } from '../../src/portal/register.ts';
import { STARTER_ALLOW_LIST, STARTER_BLOCK_LIST, starterLists } from '../../src/portal/starter.ts';
import { nextSerial } from '../../src/portal/tables/lists.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createHitUploader } from '../../src/upstream/log-upload.ts';
import { createPolicySource } from '../../src/upstream/policy-source.ts';
import { createSettingsSource } from '../../src/upstream/settings-source.ts';
import { dig } from '../support/dig.ts';
import { startPortal } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLOCK = systemClock;

describe('the portal', () => {
  const folder = temporaryFolder();

  it('is found again after a restart: ports, pin, lists, serial and devices', async () => {
    const first = await startPortal(folder());
    const device = first.addDevice({ nickname: 'fw1' });
    await first.setList('own.threatstop.local', Buffer.from('192.0.2.9'));
    const soa = await dig(first.addresses.policy.port, '+tcp', 'SOA', 'threatstop.local');
    await first.close();

    const second = await startPortal(folder(), { starterLists: new Map() });
    try {
      assert.deepEqual(second.addresses, first.addresses);
      assert.equal(second.pin, first.pin);
      assert.deepEqual(second.device(device.id), device);
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
      publishList(beside, CLOCK, 'new.threatstop.local', parseTable(Buffer.from('192.0.2.3')));
      assert.equal((await dig(port, '+tcp', 'APL', 'new.threatstop.local')).answers.length, 1);
      const device = registerDevice(beside, CLOCK, { nickname: 'beside' });
      assert.equal((await settingsOf(portal, device.id)).values['nickname'], 'beside');
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
      const request = { blockLists: device.blockLists, allowLists: device.allowLists };
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
    const { autoKey = '' } = portal.device(deviceId) ?? {};
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
      [{ blockLists: ['bad name!'] }, 'block_list'],
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

describe('a list of the portal', () => {
  const folder = temporaryFolder();

  it('with a bad line is refused by the number of the line; what was published stays', async () => {
    const portal = await startPortal(folder());
    const feed = Array.from({ length: 10_000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
    feed[7312] = '<html>';
    for (const bytes of [Buffer.from(feed.join('\n')), gzipSync(feed.join('\n'))]) {
      await assert.rejects(
        portal.setList('basic.threatstop.local', bytes),
        (error: unknown) => error instanceof FormatError && /line 7313\b/i.test(error.message),
      );
    }
    const { port } = portal.addresses.policy;
    const { answers } = await dig(port, '+tcp', 'A', 'basic.threatstop.local');
    assert.equal(answers.length, 2);
    await portal.close();
  });

  it('may have comments and be packed; a damaged archive is refused', async () => {
    const portal = await startPortal(folder());
    const text = '# a comment\r\n192.0.2.1\r\n\r\n2001:db8::/32\n';
    const packed = gzipSync(text);
    assert.equal(await portal.setList('own.threatstop.local', Buffer.from(text)), true);
    assert.equal(await portal.setList('own.threatstop.local', packed), false);
    await assert.rejects(
      portal.setList('own.threatstop.local', packed.subarray(0, 20)),
      FormatError,
    );
    await portal.close();
  });

  it('cannot have a name that another list or a record needs', async () => {
    const portal = await startPortal(folder());
    const bytes = Buffer.from('192.0.2.1');
    const bad = [
      'threatstop.local',
      'example.com',
      'x.config.threatstop.local',
      'basic-l0.threatstop.local',
      'basic1.threatstop.local',
      `${'x'.repeat(57)}.threatstop.local`,
    ];
    for (const name of bad) await assert.rejects(portal.setList(name, bytes), SettingsError, name);
    await assert.rejects(portal.setList('bad name.threatstop.local', bytes), FormatError);
    for (const name of ['ipsum-level3.threatstop.local', 'basic1.org.threatstop.local']) {
      assert.equal(await portal.setList(name, bytes), true);
    }
    await portal.close();
  });

  it('starts as the feed in feeds/ with the test indicator, and as the public resolvers', async () => {
    const lists = await starterLists();
    const block = lists.get(STARTER_BLOCK_LIST);
    const allow = lists.get(STARTER_ALLOW_LIST);
    assert.ok(block && allow);
    assert.equal(sizeOf(block), 14_217 + 1);
    assert.ok(block.v4.words.includes(0x40570385));
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
