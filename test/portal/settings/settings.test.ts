import assert from 'node:assert/strict';
import type { Portal } from '../../../src/portal/portal.ts';
import type { IssuedDevice } from '../../../src/portal/model/devices.ts';
import { decodeSettings } from '../../../src/protocol/settings-record.ts';
import { renewDeviceKey, retireDevice } from '../../../src/portal/model/devices.ts';
import { dig } from '../../support/dig.ts';
import { kdig } from '../../support/kdig.ts';
import { TestLog, startPortal } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const WRONG_KEY = Buffer.alloc(32, 1).toString('base64');

describe('the settings service, asked by dig', () => {
  const folder = temporaryFolder();
  let clock: TestClock;
  let log: TestLog;
  let portal: Portal;
  let device: IssuedDevice;
  beforeEach(async () => {
    clock = new TestClock(Date.now());
    log = new TestLog();
    portal = await startPortal(folder(), { clock, log });
    device = portal.addDevice({
      nickname: 'head-office',
      settings: { maxpolicysize: '50000', settings_interval: '60' },
    });
  });
  afterEach(() => portal.close());

  const nameOf = ({ id }: { id: string }) => `${id}.config.threatstop.local`;
  const keyOf = ({ id, autoKey }: { id: string; autoKey: string }) => [
    '-y',
    `hmac-sha256:${id}:${autoKey}`,
  ];
  const ask = (...args: readonly string[]) => dig(portal.addresses.settings.port, '+tls', ...args);

  it('gives a device its record: policy, services of the portal and settings of its own', async () => {
    const { status, answers, text } = await ask(...keyOf(device), 'TXT', nameOf(device));
    assert.equal(status, 'NOERROR');
    assert.doesNotMatch(text, /verify|validate/);
    const strings = [...(answers[0] ?? '').matchAll(/"([^"]*)"/g)].map(([, string = '']) => string);
    const { policy, intakeUrl, validIpUrl } = portal.addresses;
    assert.deepEqual(decodeSettings(strings), {
      serial: device.serial,
      values: {
        nickname: 'head-office',
        block_list: 'basic.threatstop.local',
        allow_list: 'dns.threatstop.local',
        dns_server: policy.host,
        port: String(policy.port),
        policy_tls: 'yes',
        policy_tsig: 'yes',
        log_url: intakeUrl,
        validip_url: validIpUrl,
        policy_interval: '900',
        settings_interval: '60',
        upload_interval: '900',
        maxpolicysize: '50000',
      },
    });
  });

  it('is read by kdig too', async () => {
    const text = await kdig(
      portal.addresses.settings.port,
      '+tls',
      ...keyOf(device),
      'TXT',
      nameOf(device),
    );
    assert.match(text, /status: NOERROR/);
    assert.match(text, /"nickname=head-office" .*"block_list=basic\.threatstop\.local"/);
    assert.doesNotMatch(text, /WARNING|ERROR:/);
  });

  it('is for a device in service: a retired one, and an old key, are unknown', async () => {
    const change = { ...portal, actor: 'test' };
    const renewed = renewDeviceKey(change, device.id);
    assert.equal((await ask(...keyOf(device), 'TXT', nameOf(device))).status, 'NOTAUTH');
    assert.equal((await ask(...keyOf(renewed), 'TXT', nameOf(device))).status, 'NOERROR');
    retireDevice(change, device.id);
    assert.equal((await ask(...keyOf(renewed), 'TXT', nameOf(device))).status, 'NOTAUTH');
  });

  it('proves itself by the certificate of the portal', async () => {
    const trust = [`+tls-ca=${folder()}/portal.crt`, '+tls-hostname=localhost'];
    assert.equal((await ask(...trust, ...keyOf(device), 'TXT', nameOf(device))).answers.length, 1);
  });

  it('refuses without a signature, whatever is asked for', async () => {
    for (const name of [
      nameOf(device),
      'config.threatstop.local',
      'nobody.config.threatstop.local',
      'example.com',
    ]) {
      const { status, answers, authority } = await ask('TXT', name);
      assert.deepEqual([status, answers, authority], ['REFUSED', [], []]);
    }
  });

  it('refuses the record of another device, whether there is one or not', async () => {
    const other = portal.addDevice();
    for (const name of [nameOf(other), nameOf({ id: 'tdid_00000000' })]) {
      const { status, answers } = await ask(...keyOf(device), 'TXT', name);
      assert.deepEqual([status, answers], ['REFUSED', []]);
    }
  });

  it('says BADSIG for a wrong key and BADKEY for an unknown device, without a signature', async () => {
    const wrong = await ask(...keyOf({ id: device.id, autoKey: WRONG_KEY }), 'TXT', nameOf(device));
    assert.equal(wrong.status, 'NOTAUTH');
    assert.match(wrong.text, / 300 0 \d+ BADSIG 0/);
    const unknown = await ask(
      ...keyOf({ id: 'tdid_0', autoKey: WRONG_KEY }),
      'TXT',
      nameOf(device),
    );
    assert.equal(unknown.status, 'NOTAUTH');
    assert.match(unknown.text, / 300 0 \d+ BADKEY 0/);
    assert.deepEqual([...wrong.answers, ...unknown.answers], []);
  });

  it('says BADTIME with its own time, signed, when the clocks differ by more than 300 s', async () => {
    clock.time += 299_000;
    assert.equal((await ask(...keyOf(device), 'TXT', nameOf(device))).status, 'NOERROR');
    clock.time += 10_000;
    const { status, answers, text } = await ask(...keyOf(device), 'TXT', nameOf(device));
    assert.deepEqual([status, answers], ['NOTAUTH', []]);
    assert.match(text, / 300 32 \S+ \d+ BADTIME 6/);
  });

  it('says BADKEY for an algorithm other than hmac-sha256', async () => {
    const answer = await ask(
      '-y',
      `hmac-sha512:${device.id}:${device.autoKey}`,
      'TXT',
      nameOf(device),
    );
    assert.equal(answer.status, 'NOTAUTH');
    assert.match(answer.text, /BADKEY/);
  });

  it('has no other data at the name of a device', async () => {
    const { status, answers, authority } = await ask(...keyOf(device), 'A', nameOf(device));
    assert.deepEqual([status, answers], ['NOERROR', []]);
    assert.match(authority[0] ?? '', /^config\.threatstop\.local\. 60 IN SOA /);
  });

  it('is not there over plain TCP', async () => {
    const { status } = await dig(
      portal.addresses.settings.port,
      '+tcp',
      ...keyOf(device),
      'TXT',
      nameOf(device),
    );
    assert.equal(status, '');
  });

  it('puts no key into the log', async () => {
    await ask(...keyOf({ id: device.id, autoKey: WRONG_KEY }), 'TXT', nameOf(device));
    assert.ok(log.lines.some((line) => line.includes(`key ${device.id}`)));
    assert.ok(!log.lines.some((line) => line.includes(device.autoKey) || line.includes(WRONG_KEY)));
  });
});
