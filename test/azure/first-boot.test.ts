/**
 * The virtual machine from its first boot on: cloud-init of Debian runs the user-data in a machine that boots, with a portal, a
 * client and the Internet around it.
 */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainTemplate } from '../../azure/package/offer.ts';
import type { Publisher } from '../../azure/package/user-data.ts';
import { compute } from '../support/arm-expression.ts';
import { AT, AzureCloud, PORTAL_URL } from '../support/azure-cloud.ts';
import { cloudRoot } from '../support/cloud-root.ts';
import { DebianHost, type Outcome } from '../support/debian-host.ts';
import {
  CHECKOUT,
  makeNodePackage,
  makeRepository,
  makeTestDeb,
  ThrowAwayKey,
} from '../support/linux-packages.ts';
import { until } from '../support/until.ts';

const LOG_EVERYWHERE = '/proc/sys/net/netfilter/nf_log_all_netns';
const LOG = '/var/log/threatstop/threatstop.log';
const RETRY = '/usr/local/bin/retry_tsadmin_add.sh';
const NAT = '/usr/local/sbin/ts-client-nat';
const STATE = '/var/lib/cloud/instance/threatstop';
const SLOW_MS = 180_000;

/** What the template hands to the machine. */
function customDataOf(template: string, parameters: Readonly<Record<string, string>>): string {
  const { resources, variables } = JSON.parse(template) as {
    readonly resources: readonly {
      readonly type: string;
      readonly properties: { readonly osProfile: { readonly customData: string } };
    }[];
    readonly variables: Readonly<Record<string, unknown>>;
  };
  const machine = resources.find(({ type }) => type === 'Microsoft.Compute/virtualMachines');
  const encoded = compute(machine?.properties.osProfile.customData, { parameters, variables });
  return Buffer.from(encoded as string, 'base64').toString();
}

describe('the first boot of an IP Firewall in Azure', function () {
  this.timeout(600_000);
  let at = '';
  const folder = (): string => at;
  let cloud: AzureCloud;
  let host: DebianHost;
  let key: ThrowAwayKey;
  let license = '';
  let loggedBefore = '';

  before(async () => {
    loggedBefore = readFileSync(LOG_EVERYWHERE, 'utf8');
    writeFileSync(LOG_EVERYWHERE, '1');
    at = mkdtempSync(join(tmpdir(), 'ts-azure-'));
    key = new ThrowAwayKey();
    cloud = new AzureCloud(folder());
    host = new DebianHost(cloudRoot());
    await Promise.all([cloud.startPortal(), makeAptFolder()]);
    license = (await cloud.portal(['key', 'add', 'azure', '--scope', 'devices:enrol'])).trim();
    await cloud.portal(['list', 'set', 'reserved', '-'], `${AT.resolver}\n`);
    const block = 'ipsum-level3,test-indicator,reserved';
    await cloud.portal(['policy', 'edit', 'basic', '--block', block]);
    await seed();
    await host.boot(cloud.plugIn(), SLOW_MS);
  });
  after(async () => {
    writeFileSync(LOG_EVERYWHERE, loggedBefore);
    await host.remove();
    cloud.remove();
    key.remove();
    rmSync(at, { recursive: true });
  });

  async function makeAptFolder(): Promise<void> {
    const packages = [await makeTestDeb(folder()), makeNodePackage(folder(), '/srv/node')];
    await makeRepository(join(folder(), 'apt'), packages, key.name);
    copyFileSync(process.execPath, join(host.root, 'srv/node'));
    cpSync(join(folder(), 'apt'), join(host.root, 'srv/apt'), { recursive: true });
  }

  /** As Azure hands user-data on. */
  async function seed(): Promise<void> {
    const publisher: Publisher = {
      ...{ portal: PORTAL_URL, pin: cloud.pin, repository: 'file:/srv/apt' },
      keyring: readFileSync(join(folder(), 'apt/threatstop.asc'), 'utf8'),
    };
    const whole = customDataOf(await mainTemplate(CHECKOUT, publisher), {
      licenseKey: license,
      clientsSubnetPrefix: AT.clients,
    });
    const seeds = join(host.root, 'var/lib/cloud/seed/nocloud');
    mkdirSync(seeds, { recursive: true });
    writeFileSync(join(seeds, 'user-data'), whole);
    writeFileSync(join(seeds, 'meta-data'), 'instance-id: azure-1\n');
    // As systemd-resolved says who it asks.
    const resolver = `f /run/systemd/resolve/resolv.conf - - - - nameserver ${AT.resolver}`;
    writeFileSync(
      join(host.root, 'etc/tmpfiles.d/resolver.conf'),
      `d /run/systemd/resolve\n${resolver}\n`,
    );
    const config = 'datasource_list: [NoCloud]\nnetwork: {config: disabled}\nlocale: false\n';
    writeFileSync(join(host.root, 'etc/cloud/cloud.cfg.d/99-test.cfg'), config);
  }

  /** Runs the retry script, with programs of the test before those of the machine. */
  function retry(stubs: Readonly<Record<string, string>> = {}): Outcome {
    const lines = Object.entries(stubs).map(
      ([name, script]) => `printf '%s\n' '#!/bin/sh' '${script}' >/tmp/stubs/${name}`,
    );
    const make = ['rm -rf /tmp/stubs', 'mkdir /tmp/stubs', ...lines, 'chmod -R 755 /tmp/stubs'];
    host.must(make.join('\n'));
    return host.do(`PATH=/tmp/stubs:$PATH ${RETRY}`);
  }

  /** As when the disk is copied to another virtual machine. */
  function becomeInstance(name: string): void {
    host.must(
      `mkdir -p /var/lib/cloud/instances/${name}; ln -sfn instances/${name} /var/lib/cloud/instance`,
    );
  }

  /** What becomes of the unit after one run of it. */
  const stateAfterTry = (): string =>
    host
      .do('systemctl start ts-provision 2>/dev/null; systemctl show -P SubState ts-provision')
      .text.trim();

  const protection = (): string =>
    (JSON.parse(host.do('tsadmin status --json').text) as { protection: { state: string } })
      .protection.state;
  const forwarding = (): string =>
    host.must('cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding');

  it('its user-data is a valid cloud-config, and cloud-init ran it without an error', () => {
    const valid = 'cloud-init schema --config-file /var/lib/cloud/seed/nocloud/user-data';
    assert.match(host.must(valid), /^Valid cloud-config/);
    assert.match(host.must('cloud-init status'), /^status: done$/m);
    assert.match(host.must('cloud-init query userdata'), /^#cloud-config/);
  });

  it('the device is at the portal by its documented name, maker and model', async () => {
    const [device, ...others] = await cloud.devices();
    assert.deepEqual(others, []);
    assert.match(device?.['nickname'] ?? '', /^azure_ip_\d{12}$/);
    assert.equal(device?.['manufacturer'], 'Microsoft');
    assert.equal(device['model'], 'Azure IP Firewall');
    assert.equal(device['address'], AT.firewall);
    assert.match(
      host.must('journalctl -o cat -u ts-provision'),
      new RegExp(`this firewall is ${device['nickname']}, ${device['id']}\\n`),
    );
    assert.equal(protection(), 'protected');
    assert.match(host.must('apt-cache policy ts-iptables'), /\*\*\* 1:3\.00-01/);
  });

  it('the license key is in files of root alone, and in no log', () => {
    const folders = '/etc /root /run /tmp /opt /usr/local /var/lib /var/log';
    const secrets = [license, Buffer.from(license).toString('base64')].map((text) => `-e ${text}`);
    const found = host.must(
      `grep -rlsF ${secrets.join(' ')} ${folders} | xargs stat -c '%U %a %n' | sort`,
    );
    // The seed is the test's own, in the place of Azure.
    const files = found.split('\n').filter((line) => line !== '' && !line.includes('/seed/'));
    assert.ok(files.includes('root 600 /etc/ts-azure/license-key'), found);
    for (const file of files) assert.match(file, /^root [46]00 /);
    assert.doesNotMatch(found, /\/var\/log\/|threatstop/);
    const [, stored] = /auto_key="([^"]+)"/.exec(host.must('cat /opt/threatstop/threatstop.conf'))!;
    assert.ok(!host.must('journalctl -o cat').includes(stored!.slice(0, 20)));
    assert.equal(host.must(`stat -c %a ${STATE}`), '700\n');
    assert.equal(host.do(`ls ${STATE}/auto-key ${STATE}/answer.json`).code, 2);
  });

  it('clients get out by its address, and nowhere that the policy blocks', async () => {
    assert.equal(forwarding(), '1\n1\n');
    assert.ok(cloud.clientReaches(AT.good));
    assert.ok(!cloud.clientReaches(AT.bad));
    await until(
      'the log has the line of the client',
      () => {
        cloud.clientReaches(AT.bad);
        return new RegExp(
          `ThreatSTOP-TSblock IN=eth0 OUT=eth0 .*SRC=${AT.client} DST=${AT.bad} .*PROTO=ICMP TYPE=8`,
        ).test(host.must(`cat ${LOG}`));
      },
      SLOW_MS,
    );
    host.must('systemctl stop ts-client-nat');
    assert.ok(!cloud.clientReaches(AT.good), 'the way out is closed without the unit');
    host.must('systemctl start ts-client-nat; systemctl restart ts-client-nat');
    assert.ok(cloud.clientReaches(AT.good));
  });

  it('what it sends itself to a blocked address is not permitted, and logged as documented', async () => {
    const send = `python3 -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).sendto(bytes([8, 0, 247, 255, 0, 0, 0, 0]), ("${AT.bad}", 0))'`;
    assert.match(host.do(send).text, /Operation not permitted/);
    assert.match(host.do(`ping -c 1 -W 1 ${AT.bad}`).text, /100% packet loss/);
    await until(
      'the log has the line of the firewall',
      () => {
        host.do(send);
        return new RegExp(
          `ThreatSTOP-TSblock IN= OUT=eth0 SRC=${AT.firewall} DST=${AT.bad} .*PROTO=ICMP TYPE=8 CODE=0`,
        ).test(host.must(`cat ${LOG}`));
      },
      SLOW_MS,
    );
  });

  it('the name server of its cloud is never blocked, though a list has it', () => {
    assert.match(host.do(`tsadmin lookup ${AT.resolver}`).text, /name server of this device/);
    host.must(`ping -c 1 -W 5 ${AT.resolver}`);
  });

  it('the way out is for each network of clients, IPv6 too, and is not laid twice', () => {
    host.must('cp /etc/ts-azure/clients /root/clients; echo fd07:1::/64 >>/etc/ts-azure/clients');
    host.must(`${NAT} start; ${NAT} start`);
    const count =
      'iptables-save -t nat | grep -c ts-client-nat; ip6tables-save -t nat | grep -c "s fd07:1::/64 -o eth0"';
    assert.equal(host.must(count), '1\n1\n');
    host.must(`${NAT} stop; ${NAT} stop`);
    assert.equal(host.do(count).text, '0\n0\n');
    host.must(`mv /root/clients /etc/ts-azure/clients; ${NAT} start`);
  });

  it('retried, by the administrator from any folder too, it does nothing more', async () => {
    for (const command of [
      RETRY,
      '/root/retry_tsadmin_add.sh',
      "runuser -l debian -c 'retry_tsadmin_add.sh'",
    ]) {
      assert.match(host.must(command), /nothing to do: this firewall is azure_ip_\d{12}, tdid_/);
    }
    assert.equal((await cloud.devices()).length, 1);
  });

  it('a copy of its disk becomes one other device, however often its first tries break off', async () => {
    becomeInstance('azure-2');
    const lost = retry({
      curl: 'cat >/tmp/options; /usr/bin/curl "$@" </tmp/options; echo "$*" >/tmp/curl; exit 28',
    });
    assert.equal(lost.code, 1);
    assert.match(lost.text, /the portal was not reached/);
    assert.doesNotMatch(host.must('cat /tmp/curl'), /tsp_/);
    assert.equal((await cloud.devices()).length, 2);
    assert.equal(retry({ tsadmin: 'kill -9 $PPID' }).code, 137);
    const failed = retry({ tsadmin: 'exit 1' });
    assert.equal(failed.code, 1);
    assert.match(failed.text, /tsadmin add failed/);
    assert.match(retry().text, /this firewall is azure_ip_\d{12}, tdid_/);
    assert.equal(retry().code, 0);
    const [first, second, ...others] = await cloud.devices();
    assert.deepEqual(others, []);
    assert.notEqual(first?.['nickname'], second?.['nickname']);
    assert.match(host.must('tsadmin show'), new RegExp(second?.['id'] ?? '-'));
    assert.equal(protection(), 'protected');
  });

  it('what the portal refuses is told, makes no device, and is not tried for ever', async () => {
    becomeInstance('azure-3');
    const before = (await cloud.devices()).length;
    host.must('cp -p /etc/ts-azure/license-key /root/key; echo wrong >/etc/ts-azure/license-key');
    const wrong = retry();
    assert.equal(wrong.code, 2);
    assert.match(wrong.text, /the portal answered 401: this needs an API key/);
    assert.equal(stateAfterTry(), 'failed');
    host.must(': >/etc/ts-azure/license-key');
    assert.match(retry().text, /license-key does not hold a License/);
    host.must('mv /root/key /etc/ts-azure/license-key');
    const pin = `sha256/${'A'.repeat(43)}=`;
    host.must(`sed -i.before 's|^portal_pin=.*|portal_pin=${pin}|' /etc/ts-azure/portal`);
    const forged = retry();
    assert.equal(forged.code, 1);
    assert.match(forged.text, /public key .*does not match|pinned/i);
    assert.equal(stateAfterTry(), 'auto-restart');
    host.must('systemctl stop ts-provision; mv /etc/ts-azure/portal.before /etc/ts-azure/portal');
    host.must(`echo '{"id": "; reboot"}' >/tmp/odd`);
    const odd = retry({ curl: `cat >/dev/null; cp /tmp/odd ${STATE}/answer.json; echo 201` });
    assert.match(odd.text, /the answer of the portal is not that of a device/);
    assert.equal((await cloud.devices()).length, before);
    becomeInstance('azure-1');
  });

  it('after a reboot it protects and routes as before, and is the same device', async () => {
    const before = (await cloud.devices()).length;
    await host.powerOff();
    await host.boot(cloud.plugIn(), SLOW_MS);
    assert.equal(protection(), 'protected');
    assert.equal(forwarding(), '1\n1\n');
    assert.ok(cloud.clientReaches(AT.good));
    assert.ok(!cloud.clientReaches(AT.bad));
    assert.equal((await cloud.devices()).length, before);
    const times = host.must(
      'systemctl show -P ExecMainExitTimestampMonotonic ts-restore; systemctl show -P ExecMainStartTimestampMonotonic ts-client-nat',
    );
    const [filtered, open] = times.trim().split('\n').map(Number);
    assert.ok(filtered! > 0 && filtered! <= open!, times);
  });
});
