import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_KEY, startNamed, type Named } from '../support/named.ts';
import { aplLine, ZONE, zoneText } from '../support/policy-zone.ts';
import { tsadmin, tsadminJson } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LISTS = [
  aplLine('basic', ['64.87.3.133', '203.0.113.0/24']),
  aplLine('more', ['64.87.3.133', '198.51.100.7']),
  aplLine('dns', ['203.0.113.53']),
];

describe('web automation with a real BIND as settings and policy service, TLS and TSIG', () => {
  const folder = temporaryFolder();
  let named: Named | null = null;
  afterEach(() => named?.stop());

  const record = (serial: number, port: number, ...settings: readonly string[]) =>
    zoneText(serial, [
      ...LISTS,
      `${TEST_KEY.name}.config IN TXT "v=1" "serial=${serial}" "dns_server=127.0.0.1" "port=${port}" ` +
        ['policy_tls=yes', 'policy_tsig=yes', ...settings].map((one) => `"${one}"`).join(' '),
    ]);
  const blocked = () =>
    readFileSync(join(folder(), 'var/db/aliastables/ThreatSTOP_block.txt'), 'utf8');

  it('sets the device up, follows a change, and keeps all settings when one value is bad', async () => {
    named = await startNamed(ZONE, zoneText(1, LISTS));
    const { tlsPort, certificate } = named;
    await named.change(
      record(2, tlsPort, `block_list=basic.${ZONE}`, `allow_list=dns.${ZONE}`, 'nickname=fw1'),
    );
    const [ca, key] = [join(folder(), 'ca.pem'), join(folder(), 'key')];
    writeFileSync(ca, certificate.ca);
    writeFileSync(key, TEST_KEY.secret.toString('base64'), { mode: 0o600 });
    const added = await tsadmin(
      folder(),
      ...['add', '--type=auto', '--silent', '--skip_checkvalidip'],
      `--device_id=${TEST_KEY.name}`,
      `--auto_key=@${key}`,
      '--settings_server=127.0.0.1',
      `--settings_port=${tlsPort}`,
      `--portal_ca=${ca}`,
    );
    assert.equal(added.code, 0, added.stderr);
    assert.match(blocked(), /^64\.87\.3\.133$/m);
    assert.doesNotMatch(blocked(), /^203\.0\.113\.53$/m);

    await named.change(record(3, tlsPort, `block_list=more.${ZONE}`, 'maxpolicysize=5000'));
    const updated = await tsadmin(folder(), 'update');
    assert.equal(updated.code, 0, updated.stderr);
    assert.match(blocked(), /^198\.51\.100\.7$/m);
    assert.doesNotMatch(blocked(), /^203\.0\.113\./m);
    assert.match(JSON.stringify(await tsadminJson(folder(), 'show')), /5000/);

    await named.change(record(4, tlsPort, `block_list=basic.${ZONE}`, 'maxpolicysize=many'));
    await tsadmin(folder(), 'update');
    const { problems } = (await tsadminJson(folder(), 'status')) as {
      problems: readonly { message: string }[];
    };
    assert.match(JSON.stringify(problems), /option maxpolicysize: .{0,4}many.{0,4} is not usable/);
    assert.match(blocked(), /^198\.51\.100\.7$/m);
    assert.match(JSON.stringify(await tsadminJson(folder(), 'show')), /5000/);
  });
});
