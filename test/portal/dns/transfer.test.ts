import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { FetchedPolicy } from '../../../src/core/ports.ts';
import type { PrefixTable } from '../../../src/core/prefix-list.ts';
import { joinLists } from '../../../src/core/policy-lists.ts';
import { resolveOptions } from '../../../src/core/policy-options.ts';
import { formatTable } from '../../../src/core/prefix-text.ts';
import { denyAccess } from '../../../src/portal/model/access.ts';
import { editDevice, type IssuedDevice } from '../../../src/portal/model/devices.ts';
import { publishedTables } from '../../../src/portal/model/publish.ts';
import { addSecondary } from '../../../src/portal/model/secondaries.ts';
import type { Portal } from '../../../src/portal/portal.ts';
import { zoneFile } from '../../../src/portal/zone/zone-file.ts';
import { frame } from '../../../src/protocol/dns-frame.ts';
import { encodeQuery } from '../../../src/protocol/dns-message.ts';
import { signMessage } from '../../../src/protocol/tsig.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { createPolicySource } from '../../../src/upstream/policy-source.ts';
import { createTransferSource } from '../../../src/upstream/policy-transfer.ts';
import { dig } from '../../support/dig.ts';
import { freePort } from '../../support/free-port.ts';
import { kdig } from '../../support/kdig.ts';
import { startKnot } from '../../support/knot.ts';
import { startNamed } from '../../support/named.ts';
import { publishLines, startPortal } from '../../support/portal.ts';
import { startBindSecondary, startKnotSecondary } from '../../support/secondary.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { send } from '../../support/upload-client.ts';
import { until } from '../../support/until.ts';
import { memoryCopies } from '../../support/zone-copies.ts';

const ZONE = 'threatstop.local';
const BASIC = `basic.${ZONE}`;
const LARGE = Array.from({ length: 30_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}/32`);

describe('the zone of the portal', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let portal: Portal;
  let device: IssuedDevice;
  beforeEach(async () => {
    portal = await startPortal(folder());
    device = portal.addDevice({ settings: { policy_source: 'transfer' } });
  });
  afterEach(() => portal.close());

  const port = (): number => portal.addresses.policy.port;
  const key = (): string[] => ['-y', `hmac-sha256:${device.id}:${device.autoKey}`];
  const ask = (...args: readonly string[]) => dig(port(), '+tcp', ...args);
  const serial = (): number => portal.store.zone.serial();
  const recordsOf = (text: string): string[] =>
    text.split('\n').filter((line) => /^\S+\.\s+\d+\s+IN\s/.test(line));
  const textOf = (table: PrefixTable): string => Buffer.from(formatTable(table)).toString();
  const wanted = (): string => textOf(publishedTables(portal.store, 'basic').block);
  const blockOf = (policy: FetchedPolicy | 'unchanged'): string => {
    assert.ok(policy !== 'unchanged');
    const options = resolveOptions({ maxPolicySize: 0, compact: 'never', guard: [] });
    return textOf(joinLists(policy.block, 'block', options).table);
  };

  it('is transferred whole with the key of a device, by dig and kdig, over TCP and TLS', async () => {
    publishLines(portal, BASIC, LARGE);
    for (const args of [['+tcp'], ['+tls']]) {
      const { text } = await dig(port(), ...args, ...key(), 'AXFR', ZONE);
      assert.doesNotMatch(text, /failed|verify|Couldn't/);
      const records = recordsOf(text);
      assert.match(records[0] ?? '', /SOA/);
      assert.equal(records.at(-1), records[0]);
      assert.deepEqual([...new Set(records.map((line) => line.split(/\s+/)[3]))].toSorted(), [
        'A',
        'APL',
        'NS',
        'PTR',
        'SOA',
      ]);
      assert.equal(records.filter((line) => /\sA\s/.test(line)).length, 30_000 + 1 + 1);
    }
    const text = await kdig(port(), '+tls', ...key(), 'AXFR', ZONE);
    assert.match(text, /Received \d+ B \(\d+ messages, \d+ records\)/);
    assert.equal(
      recordsOf(text).length,
      recordsOf((await ask(...key(), 'AXFR', ZONE)).text).length,
    );
  });

  it('is not transferred with the key of a device that reads its lists by queries', async () => {
    const other = portal.addDevice();
    const otherKey = ['-y', `hmac-sha256:${other.id}:${other.autoKey}`];
    for (const type of ['AXFR', 'IXFR=1']) {
      assert.match((await ask(...otherKey, type, ZONE)).text, /Transfer failed/);
    }
    assert.equal((await ask(...otherKey, 'PTR', BASIC)).status, 'NOERROR');
    editDevice({ store: portal.store, clock: portal.clock, actor: 'test' }, other.id, {
      settings: { policy_source: 'transfer' },
    });
    const { text } = await ask(...otherKey, 'AXFR', ZONE);
    assert.doesNotMatch(text, /Transfer failed/);
  });

  it('is not transferred without a key, nor by another name', async () => {
    assert.match((await ask('AXFR', ZONE)).text, /Transfer failed/);
    assert.match((await ask('IXFR=1', ZONE)).text, /Transfer failed/);
    assert.match((await ask(...key(), 'AXFR', BASIC)).text, /Transfer failed/);
  });

  it('tells what changed since a version: two records of one bucket for one entry', async () => {
    publishLines(portal, BASIC, LARGE);
    const before = serial();
    publishLines(portal, BASIC, [...LARGE, '203.0.113.7/31']);
    const { text } = await ask(...key(), `IXFR=${before}`, ZONE);
    const kinds = recordsOf(text).map((line) => line.split(/\s+/)[3]);
    // No list of prefixes has the older scheme: its addresses go.
    const a = kinds.filter((kind) => kind === 'A').length;
    assert.deepEqual(
      kinds.filter((kind) => kind !== 'A'),
      ['SOA', 'SOA', 'APL', 'SOA', 'APL', 'SOA'],
    );
    assert.equal(a, 30_000);
    publishLines(portal, BASIC, [...LARGE, '203.0.113.7/31', '203.0.113.9/32']);
    publishLines(portal, BASIC, [...LARGE, '203.0.113.7/31']);
    const later = await ask(...key(), `IXFR=${serial() - 2}`, ZONE);
    assert.deepEqual(
      recordsOf(later.text).map((line) => line.split(/\s+/)[3]),
      ['SOA', 'SOA', 'SOA', 'SOA'],
    );
    const current = await ask(...key(), `IXFR=${serial()}`, ZONE);
    assert.equal(recordsOf(current.text).length, 1);
    const unknown = await ask(...key(), 'IXFR=7', ZONE);
    assert.ok(recordsOf(unknown.text).some((line) => /\sNS\s/.test(line)));
  });

  it('is followed by an agent through many changes, by differences', async () => {
    publishLines(portal, BASIC, LARGE.slice(0, 20_000));
    const source = createTransferSource({
      servers: ['127.0.0.1'],
      port: port(),
      tls: { pin: portal.pin },
      tsig: { name: device.id, secret: Buffer.from(device.autoKey, 'base64') },
      clock: systemClock,
      copies: memoryCopies(),
    });
    const request = { blockLists: [BASIC], allowLists: [`dns.${ZONE}`] };
    let version: FetchedPolicy['version'] | null = null;
    for (const lines of [
      LARGE.slice(0, 20_000),
      LARGE.slice(5, 20_000),
      ['203.0.113.0/24', ...LARGE.slice(10, 24_500)],
      ['203.0.113.0/24', '2001:db8::/32'],
      LARGE,
    ]) {
      publishLines(portal, BASIC, lines);
      const policy = await source.fetch(request, version);
      assert.ok(policy !== 'unchanged');
      assert.equal(blockOf(policy), wanted());
      version = policy.version;
    }
    assert.equal(await source.fetch(request, version), 'unchanged');
  });

  it('is one version to a slow reader, whatever is published meanwhile', async () => {
    publishLines(portal, BASIC, LARGE);
    const socket = connect(port(), '127.0.0.1');
    await once(socket, 'connect');
    const query = encodeQuery({ id: 1, name: ZONE, type: 'AXFR' });
    const secret = Buffer.from(device.autoKey, 'base64');
    const nowS = Math.floor(systemClock.now() / 1000);
    socket.write(frame(signMessage(query, { name: device.id, secret }, nowS).message));
    await once(socket, 'readable');
    const first = serial();
    publishLines(portal, BASIC, ['203.0.113.1']);
    let bytes = Buffer.alloc(0);
    socket.end();
    for await (const chunk of socket) bytes = Buffer.concat([bytes, chunk as Buffer]);
    const serials: number[] = [];
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) serials.push(at);
    assert.ok(serials.length > 5);
    assert.ok(bytes.includes(serialBytes(first)));
    assert.ok(!bytes.includes(serialBytes(serial())));
  });

  it('is asked for its serial over UDP; what does not fit comes with TC', async () => {
    publishLines(portal, BASIC, LARGE);
    const soa = await dig(port(), '+notcp', 'SOA', ZONE);
    assert.match(soa.answers[0] ?? '', new RegExp(` ${serial()} `));
    const apl = await dig(port(), '+notcp', '+ignore', 'APL', `basic-l4.${ZONE}`);
    assert.deepEqual([apl.flags, apl.answers], ['qr aa tc', []]);
    const ixfr = await dig(port(), '+notcp', '+ignore', ...key(), 'IXFR=1', ZONE);
    assert.equal(recordsOf(ixfr.text).length, 1);
  });

  it('answers BADVERS to a version of EDNS that it does not know', async () => {
    const { status, text, answers } = await ask('+edns=1', '+noednsnegotiation', 'SOA', ZONE);
    assert.deepEqual([status, answers], ['BADVERS', []]);
    assert.match(text, /EDNS: version: 0/);
  });

  it('is refused to addresses that are not registered, unless they have a key', async () => {
    const change = { ...portal, actor: 'test' };
    denyAccess(change, '127.0.0.0/8');
    for (const name of [ZONE, BASIC, 'example.com']) {
      assert.equal((await ask('SOA', name)).status, 'REFUSED');
    }
    assert.equal((await ask(...key(), 'SOA', ZONE)).status, 'NOERROR');
    const { validIpUrl } = portal.addresses;
    const answer = await send(validIpUrl, { method: 'GET' });
    assert.match(answer.body, /Your IP address: 127\.0\.0\.1\nAddress is not in the list/);
    const own = portal.addDevice({ address: '127.0.0.1' });
    assert.equal((await ask('SOA', ZONE)).status, 'NOERROR');
    assert.match((await send(validIpUrl, { method: 'GET' })).body, /is in the list/);
    assert.ok(own.address);
  });

  it('is exported as a file that BIND and Knot load, for an agent to fetch from them', async () => {
    publishLines(portal, BASIC, [...LARGE, '2001:db8::/32', '203.0.113.0/24']);
    const text = [...zoneFile(portal.store.zone)].join('');
    for (const start of [startNamed, startKnot]) {
      const server = await start(ZONE, text);
      try {
        assert.equal(await fetchBlock(server.port), wanted());
      } finally {
        await server.stop();
      }
    }
  });

  for (const [name, start] of [
    ['BIND', startBindSecondary],
    ['Knot', startKnotSecondary],
  ] as const) {
    it(`is served by ${name} as secondary: AXFR, then NOTIFY and IXFR, and an agent fetches from it`, async () => {
      publishLines(portal, BASIC, [...LARGE, '2001:db8::/32', '203.0.113.128/25']);
      const ownPort = await freePort();
      const change = { ...portal, actor: 'test' };
      const given = { address: '127.0.0.1', port: ownPort, notify: false };
      const issued = addSecondary(change, 'ns1', given);
      const secondary = await start({
        port: port(),
        key: { name: 'ns1', secret: issued.key },
        ownPort,
      });
      try {
        assert.equal(await fetchBlock(ownPort), wanted());
        portal.store.secondaries.save({ ...issued, notify: true }, issued.key);
        publishLines(portal, BASIC, [...LARGE, '2001:db8::/32', '203.0.113.0/24']);
        await secondary.tookDifference();
        await until(`${name} has the new serial`, async () => {
          const { answers } = await dig(ownPort, '+tcp', 'SOA', ZONE);
          return answers[0]?.includes(` ${serial()} `) ?? false;
        });
        await until('the portal knows', () =>
          portal.store.secondaries.all().every(({ notified }) => notified === serial()),
        );
        assert.equal(await fetchBlock(ownPort), wanted());
        assert.deepEqual(portal.store.problems.all(), []);
      } finally {
        await secondary.stop();
      }
    });
  }

  async function fetchBlock(serverPort: number): Promise<string> {
    const source = createPolicySource({
      servers: ['127.0.0.1'],
      port: serverPort,
      tls: null,
      tsig: null,
      clock: systemClock,
    });
    const request = { blockLists: [BASIC], allowLists: [`dns.${ZONE}`] };
    return blockOf(await source.fetch(request, null));
  }
});

function serialBytes(serial: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(serial);
  return bytes;
}
