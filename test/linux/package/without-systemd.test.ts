/**
 * The package with Node inside, on a Debian without systemd and without a package of Node: scripts in /etc/init.d start,
 * stop and restore it, ulogd writes the log.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DebianHost } from '../../support/debian-host.ts';
import { makeNodeRuntime, makeTestDeb } from '../../support/linux-packages.ts';
import { until } from '../../support/until.ts';

const POLICY_SERVER = fileURLToPath(
  new URL('../../support/policy-server-process.ts', import.meta.url),
);
const LOG = '/var/log/threatstop/threatstop.log';

describe('the Debian package without systemd and with Node inside', function () {
  this.timeout(300_000);
  let folder = '';
  let deb = '';
  let host: DebianHost;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-sysv-'));
    deb = await makeTestDeb(folder, { nodeRuntime: makeNodeRuntime(folder) });
    host = new DebianHost();
    copyFileSync(deb, join(host.root, 'srv/agent.deb'));
    // Packages start something where there is an init and a runlevel.
    host.must(`dpkg --purge --force-depends rsyslog systemd-sysv systemd
      ln -s /bin/true /sbin/init; ln -s /usr/local/sbin/runlevel /sbin/runlevel
      printf '#!/bin/sh\\necho N 2\\n' >/usr/local/sbin/runlevel; chmod +x /usr/local/sbin/runlevel`);
    await host.bootBare();
  });
  after(async () => {
    await host.remove();
    rmSync(folder, { recursive: true });
  });

  function runs(name: string): boolean {
    return host.do(`/etc/init.d/${name} status`).code === 0;
  }

  function rules(): string {
    return host.must('iptables-save; ip6tables-save');
  }

  it('is installed and runs as a user of its own', async () => {
    host.must('dpkg --install /srv/agent.deb');
    assert.equal(host.do('command -v node nodejs systemctl').code, 127);
    assert.match(host.must('tsadmin version'), /Version: 3\.00-01/);
    assert.equal(runs('ts-agent'), true);
    await until(
      'the service answers',
      () => host.do('test -S /run/threatstop/agent-control.sock').code === 0,
      60_000,
    );
    const status = host.must(
      'grep -hE "^(Uid|CapEff|CapBnd|NoNewPrivs):" /proc/$(cat /run/threatstop.pid)/status',
    );
    const uid = host.must('id -u threatstop').trim();
    assert.match(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
    assert.match(status, /^CapEff:\t0000000000003000$/m);
    assert.match(status, /^CapBnd:\t0000000000003000$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
  });

  it('enforces a policy, and stops, starts and tells whether it runs', async () => {
    const server = host.spawnInNetwork(process.execPath, POLICY_SERVER);
    const [port] = (await once(server.stdout!, 'data')) as [Buffer];
    host.must(`
      tsadmin add --device_id=x --block_list=basic.threatstop.local --allow_list=dns.threatstop.local \\
        --dns_server=127.0.0.1 --port=${port.toString().trim()} --skip_checkvalidip --silent \\
        --verify_interval=2 --load_br_netfilter=y
      tsadmin enable
    `);
    server.stdin?.end();
    assert.match(rules(), /^-A FORWARD -j ThreatSTOP$/m);
    assert.match(host.must('cat /etc/modules-load.d/threatstop.conf'), /^br_netfilter$/m);
    assert.match(host.must('cat /proc/sys/net/bridge/bridge-nf-filter-vlan-tagged'), /^1$/m);
    assert.match(host.do('tsadmin doctor').text, /Bridge +nothing to do/);
    host.must('/etc/init.d/ts-agent stop');
    assert.equal(host.do('/etc/init.d/ts-agent status').code, 3);
    assert.match(rules(), /^-A FORWARD -j ThreatSTOP$/m);
    host.must('/etc/init.d/ts-agent start; /etc/init.d/ts-agent start');
    assert.equal(runs('ts-agent'), true);
  });

  it('has a line of ulogd for what it drops, through a rotation', async () => {
    host.must(`cd /var/cache/apt/archives
      for name in libnfnetlink0 libnetfilter-acct1 libnetfilter-log1 ulogd2; do echo $name\\_*.deb; done | xargs dpkg --install`);
    assert.equal(runs('ts-nflog'), true);
    await until('the rules hand packets out', () => rules().includes('-j NFLOG'), 60_000);
    host.must(`ip link add out type veth peer name far; ip link set far up
      ip address add 198.18.0.1/24 dev out; ip link set out up; ip route add default dev out`);
    const drop = (port: number) => {
      host.do(`bash -c 'echo >/dev/udp/64.87.3.133/${port}'`);
      return host.must(`cat ${LOG}`).includes(` DPT=${port} `);
    };
    await until('the line is in the file', () => drop(4711));
    host.must('logrotate --force /etc/logrotate.d/ts-iptables');
    await until('ulogd goes on in the new file', () => drop(4712));
    assert.match(host.must(`cat ${LOG}.1`), / DPT=4711 /);
  });

  it('has policy and rules back at the start, before the network', async () => {
    const links = host.must('ls /etc/rcS.d /etc/rc2.d /etc/rc0.d');
    for (const link of [/^S\d\dts-restore$/m, /^S\d\dts-agent$/m, /^S\d\dts-nflog$/m]) {
      assert.match(links, link);
    }
    await host.powerOff();
    await host.bootBare();
    assert.doesNotMatch(rules(), /ThreatSTOP/);
    host.must('for script in /etc/rcS.d/S*ts-restore; do $script start; done');
    assert.match(rules(), /^-A FORWARD -j ThreatSTOP$/m);
    assert.match(host.must('ipset list TSblockaddr'), /^64\.87\.3\.133$/m);
    assert.equal(runs('ts-agent'), false);
    host.must('for script in /etc/rc2.d/S*ts-*; do $script start; done');
    assert.equal(runs('ts-agent') && runs('ts-nflog'), true);
  });

  it('leaves the settings when it is removed, and nothing after a purge', () => {
    // As in a container: the package manager's own means stop nothing.
    host.must('rm /sbin/runlevel; dpkg --remove ts-iptables');
    assert.doesNotMatch(`${rules()}${host.must('ipset save')}`, /ThreatSTOP|TS/);
    assert.doesNotMatch(host.must('stat --format=%U /proc/[0-9]*'), /threatstop/);
    assert.match(host.must('cat /opt/threatstop/threatstop.conf'), /device_id="x"/);
    assert.equal(
      host.do('ls /etc/modules-load.d/threatstop.conf /etc/sysctl.d/60-threatstop.conf').code,
      2,
    );
    host.must('dpkg --purge ts-iptables');
    assert.doesNotMatch(
      host.must('ls /etc/rc?.d /etc/init.d /opt /var/lib /var/log /etc/*'),
      /threatstop|ts-(agent|nflog|restore)/,
    );
  });
});
