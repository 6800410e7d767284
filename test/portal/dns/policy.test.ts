import assert from 'node:assert/strict';
import type { Portal } from '../../../src/portal/portal.ts';
import type { IssuedDevice } from '../../../src/portal/model/devices.ts';
import { setAccessMode } from '../../../src/portal/model/access.ts';
import { dig } from '../../support/dig.ts';
import { publishLines, startPortal } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ZONE_SOA =
  /^threatstop\.local\. \d+ IN SOA portal\.threatstop\.local\. hostmaster\.threatstop\.local\. \d{10} /;
const WRONG_KEY = Buffer.alloc(32, 1).toString('base64');

describe('the policy service, asked by dig', () => {
  const folder = temporaryFolder();
  let portal: Portal;
  let device: IssuedDevice;
  beforeEach(async () => {
    portal = await startPortal(folder());
    device = portal.addDevice();
  });
  afterEach(() => portal.close());

  const ask = (...args: readonly string[]) => dig(portal.addresses.policy.port, '+tcp', ...args);
  const serial = async () =>
    Number((await ask('SOA', 'threatstop.local')).answers[0]?.split(' ')[6]);
  const publish = (name: string, lines: Iterable<string>) => publishLines(portal, name, lines);

  it('has a list that fits one APL record at its own name, without PTR', async () => {
    publish('mixed.threatstop.local', ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);
    const { status, flags, answers } = await ask('APL', 'mixed.threatstop.local');
    assert.deepEqual([status, flags], ['NOERROR', 'qr aa']);
    assert.deepEqual(answers, [
      'mixed.threatstop.local. 300 IN APL 1:10.0.0.0/8 1:192.0.2.1/32 2:2001:db8::/32',
    ]);
    const pointers = await ask('PTR', 'mixed.threatstop.local');
    assert.deepEqual([pointers.status, pointers.answers], ['NOERROR', []]);
    assert.match(pointers.authority[0] ?? '', ZONE_SOA);
  });

  it('cuts a large list into sub-lists that are the list together, signed and over TLS too', async () => {
    const addresses = Array.from({ length: 20_000 }, (_, i) => `10.0.${i >> 8}.${i & 255 || 1}/32`);
    const wanted = new Set(addresses.map((address) => address.slice(0, -3)));
    publish('large.threatstop.local', wanted);
    const pointers = await ask('PTR', 'large.threatstop.local');
    const names = pointers.answers.map((line) => line.split(' ')[4] ?? '');
    assert.deepEqual(
      names,
      [4, 5, 6, 7].map((number) => `large-l${number}.threatstop.local.`),
    );
    const read = new Set<string>();
    for (const name of names) {
      const answer = await ask(
        '+tls',
        '-y',
        `hmac-sha256:${device.id}:${device.autoKey}`,
        'APL',
        name,
      );
      assert.doesNotMatch(answer.text, /verify|validate/);
      for (const item of answer.answers[0]?.split(' ').slice(4) ?? []) {
        read.add(item.replace(/^1:|\/32$/g, ''));
      }
    }
    assert.deepEqual(read, wanted);
    assert.equal((await ask('APL', 'large.threatstop.local')).status, 'NOERROR');
    assert.equal((await ask('APL', 'large-l3.threatstop.local')).status, 'NXDOMAIN');
    assert.equal((await ask('APL', 'large-l8.threatstop.local')).status, 'NXDOMAIN');
  });

  it('has the older scheme: at most 4,000 addresses a name, numbered names, then NXDOMAIN', async () => {
    publish(
      'old.threatstop.local',
      Array.from({ length: 4001 }, (_, i) => `10.1.${i >> 8}.${i & 255}`),
    );
    const first = await ask('A', 'old.threatstop.local');
    assert.equal(first.answers.length, 4000);
    assert.match(first.answers[0] ?? '', /^old\.threatstop\.local\. 300 IN A 10\.1\.0\.0$/);
    const second = await ask('A', 'old1.threatstop.local');
    assert.deepEqual(second.answers, ['old1.threatstop.local. 300 IN A 10.1.15.160']);
    assert.equal((await ask('A', 'old2.threatstop.local')).status, 'NXDOMAIN');
  });

  it('has no older scheme for a list with prefixes, which it could not say', async () => {
    publish('nets.threatstop.local', ['10.0.0.0/8', '192.0.2.1']);
    const { status, answers } = await ask('A', 'nets.threatstop.local');
    assert.deepEqual([status, answers], ['NOERROR', []]);
  });

  it('says NXDOMAIN, or no data where a name has none, each with the SOA', async () => {
    publish('list.org-7.threatstop.local', ['192.0.2.1']);
    const asked: readonly (readonly [string, string, string])[] = [
      ['NXDOMAIN', 'APL', 'nowhere.threatstop.local'],
      ['NXDOMAIN', 'APL', 'x.basic.threatstop.local'],
      ['NOERROR', 'TXT', 'basic.threatstop.local'],
      ['NOERROR', 'APL', 'org-7.threatstop.local'],
      ['NOERROR', 'A', 'threatstop.local'],
    ];
    for (const [wanted, type, name] of asked) {
      const { status, flags, answers, authority } = await ask(type, name);
      assert.deepEqual([name, status, flags, answers], [name, wanted, 'qr aa', []]);
      assert.match(authority[0] ?? '', ZONE_SOA);
    }
  });

  it('finds names in any case', async () => {
    assert.equal((await ask('APL', 'BaSiC.ThreatSTOP.local')).answers.length, 1);
  });

  it('answers ANY with records of one type', async () => {
    assert.match((await ask('ANY', 'basic.threatstop.local')).answers[0] ?? '', / APL /);
    assert.match((await ask('ANY', 'threatstop.local')).answers[0] ?? '', ZONE_SOA);
  });

  it('refuses other zones, other classes, the root and transfers', async () => {
    for (const question of [
      ['A', 'example.com'],
      ['CH', 'TXT', 'version.bind'],
      ['NS', '.'],
    ]) {
      assert.equal((await ask(...question)).status, 'REFUSED', question.join(' '));
    }
    assert.match((await ask('AXFR', 'threatstop.local')).text, /Transfer failed/);
    assert.match((await ask('IXFR=1', 'threatstop.local')).text, /Transfer failed/);
  });

  it('answers NOTIMP to another opcode, and works without EDNS', async () => {
    assert.equal((await ask('+opcode=NOTIFY', 'threatstop.local')).status, 'NOTIMP');
    assert.equal((await ask('+noedns', 'SOA', 'threatstop.local')).status, 'NOERROR');
  });

  it('gives every change of a list a higher serial, and none where nothing changed', async () => {
    const first = await serial();
    publish('basic.threatstop.local', ['203.0.113.1', '64.87.3.133']);
    assert.equal(publish('basic.threatstop.local', ['64.87.3.133', '203.0.113.1']), false);
    assert.equal(await serial(), first);
    assert.equal(publish('basic.threatstop.local', ['192.0.2.2']), true);
    const second = await serial();
    assert.ok(second > first);
    publish('more.threatstop.local', ['192.0.2.3']);
    assert.ok((await serial()) > second);
    const { answers } = await ask('APL', 'basic.threatstop.local');
    assert.deepEqual(answers, ['basic.threatstop.local. 300 IN APL 1:192.0.2.2/32']);
  });

  it('keeps what is published when a policy would block nothing, which devices refuse', async () => {
    assert.throws(() => publish('basic.threatstop.local', []), /blocks nothing/);
    const { answers } = await ask('APL', 'basic.threatstop.local');
    assert.match(answers[0] ?? '', /APL 1:64\.87\.3\.133\/32 1:203\.0\.113\.1\/32$/);
  });

  it('checks a signature where there is one', async () => {
    const good = await ask(
      '-y',
      `hmac-sha256:${device.id}:${device.autoKey}`,
      'SOA',
      'threatstop.local',
    );
    assert.equal(good.status, 'NOERROR');
    assert.match(good.text, /TSIG\s+hmac-sha256\. \d+ 300 32 \S+ \d+ NOERROR/);
    assert.doesNotMatch(good.text, /verify|validate/);
    const badSignature = await ask(
      '-y',
      `hmac-sha256:${device.id}:${WRONG_KEY}`,
      'SOA',
      'threatstop.local',
    );
    assert.equal(badSignature.status, 'NOTAUTH');
    assert.match(badSignature.text, /BADSIG/);
    const badKey = await ask(
      '-y',
      `hmac-sha256:tdid_0:${device.autoKey}`,
      'SOA',
      'threatstop.local',
    );
    assert.equal(badKey.status, 'NOTAUTH');
    assert.match(badKey.text, /BADKEY/);
  });
});

describe('the policy service that requires TSIG', () => {
  const folder = temporaryFolder();

  it('refuses unsigned queries, for its own and for other names alike', async () => {
    const portal = await startPortal(folder());
    setAccessMode({ ...portal, actor: 'test' }, 'signed');
    try {
      const { port } = portal.addresses.policy;
      for (const name of ['threatstop.local', 'basic.threatstop.local', 'example.com']) {
        const { status, authority } = await dig(port, '+tcp', 'SOA', name);
        assert.deepEqual([status, authority], ['REFUSED', []]);
      }
      const { id, autoKey } = portal.addDevice();
      const signed = await dig(
        port,
        '+tcp',
        '-y',
        `hmac-sha256:${id}:${autoKey}`,
        'APL',
        'basic.threatstop.local',
      );
      assert.equal(signed.answers.length, 1);
    } finally {
      await portal.close();
    }
  });
});
