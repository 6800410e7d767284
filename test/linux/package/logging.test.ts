/** Where hits come from on a Debian machine without rsyslog: the journal, then ulogd, then syslog-ng. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DebianHost } from '../../support/debian-host.ts';
import { collectedLines, makeNodePackage, makeTestDeb } from '../../support/linux-packages.ts';
import { until } from '../../support/until.ts';

const POLICY_SERVER = fileURLToPath(
  new URL('../../support/policy-server-process.ts', import.meta.url),
);
const SYSCTL = '/proc/sys/net/netfilter/nf_log_all_netns';
/** The kernel's log is shared with other machines, also those of tests before. */
const PORT = 20_000 + Math.floor(Math.random() * 20_000);
const FILE = '/var/log/threatstop/threatstop.log';

describe('the hits of a machine without rsyslog', function () {
  this.timeout(300_000);
  let folder = '';
  let host: DebianHost;
  let sysctl = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-logging-'));
    host = new DebianHost();
    sysctl = readFileSync(SYSCTL, 'utf8');
    // Without it the kernel logs only what the first network namespace drops.
    writeFileSync(SYSCTL, '1');
    copyFileSync(await makeTestDeb(folder), join(host.root, 'srv/agent.deb'));
    copyFileSync(makeNodePackage(folder), join(host.root, 'srv/nodejs.deb'));
    host.must('dpkg --purge rsyslog');
    await host.boot();
    host.must(`
      dpkg --install /srv/nodejs.deb /srv/agent.deb
      ip link add out type veth peer name far; ip link set far up
      ip address add 198.18.0.1/24 dev out; ip link set out up; ip route add default dev out
    `);
    const server = host.spawnInNetwork(process.execPath, POLICY_SERVER);
    const [port] = (await once(server.stdout!, 'data')) as [Buffer];
    host.must(`
      tsadmin add --device_id=x --block_list=basic.threatstop.local --allow_list=dns.threatstop.local \\
        --dns_server=127.0.0.1 --port=${port.toString().trim()} --skip_checkvalidip --verify_interval=2 --silent
      tsadmin enable
    `);
    server.stdin?.end();
  });
  after(async () => {
    writeFileSync(SYSCTL, sysctl);
    await host.remove();
    rmSync(folder, { recursive: true });
  });

  function drop(port: number): void {
    host.do(`bash -c 'echo >/dev/udp/64.87.3.133/${port}'`);
  }

  /** From the packages kept in the root, without a mirror. */
  function install(names: string): void {
    host.must(`cd /var/cache/apt/archives
      for name in ${names}; do echo $name\\_*.deb; done | xargs dpkg --install --skip-same-version`);
  }

  function isInFile(port: number): boolean {
    return host.do(`cat ${FILE}`).text.includes(` DPT=${port} `);
  }

  function collected(port: number): number {
    return collectedLines(host, ` DPT=${port} `).length;
  }

  it('are read from the journal', async () => {
    assert.equal(host.do(`test -e ${FILE}`).code, 1);
    assert.equal(collected(PORT), 0);
    drop(PORT);
    await until('the line is in the journal', () =>
      host.must('journalctl --dmesg --output=cat').includes(` DPT=${PORT} `),
    );
    assert.equal(collected(PORT), 1);
    assert.equal(collected(PORT), 1);
  });

  it('are read from the file of ulogd as soon as that is installed, where the kernel logs nothing', async () => {
    writeFileSync(SYSCTL, '0');
    install('libnfnetlink0 libnetfilter-acct1 libnetfilter-log1 ulogd2');
    await until(
      'the rules hand packets out',
      () => host.must('iptables-save; ip6tables-save').includes('-j NFLOG'),
      90_000,
    );
    assert.match(host.must('systemctl is-active ts-nflog'), /^active$/m);
    collected(PORT);
    drop(PORT + 2);
    await until('the line is in the file', () => isInFile(PORT + 2));
    host.must('logrotate --force /etc/logrotate.d/ts-iptables');
    await until('ulogd goes on in the new file', () => {
      drop(PORT + 3);
      return isInFile(PORT + 3);
    });
    assert.equal(collected(PORT + 2), 1);
    assert.ok(collected(PORT + 3) > 0);
    assert.match(host.must(`stat -c '%U %G %a' ${FILE}`), /^root threatstop 640$/m);
    assert.doesNotMatch(host.do('tsadmin doctor').text, /NFLOG|ulogd/);
    host.must('systemctl stop ts-nflog');
    assert.match(host.do('tsadmin doctor').text, /no program reads group 8437 of NFLOG/);
    host.must('systemctl start ts-nflog');
  });

  it('are read from the file once syslog-ng writes it', async () => {
    host.must('dpkg --purge ulogd2');
    writeFileSync(SYSCTL, '1');
    install(
      '$(cd /var/cache/apt/archives; ls *.deb | grep -v "^rsyslog\\|^ulogd" | sed "s/_.*//")',
    );
    await until('the kernel logs', () => !host.must('iptables-save').includes('NFLOG'), 90_000);
    assert.match(host.must('cat /etc/syslog-ng/conf.d/threatstop.conf'), /source\(s_src\)/);
    // The first look only notes where the file ends.
    collected(PORT);
    drop(PORT + 1);
    await until('the line is in the file', () => isInFile(PORT + 1));
    assert.match(
      host.must(`cat ${FILE}`),
      /^\d{4}-\S+ \S+ kernel: .*ThreatSTOP-TSblock IN= OUT=out/m,
    );
    assert.match(host.must(`stat -c '%G %a' ${FILE}`), /^threatstop 640$/m);
    assert.equal(collected(PORT + 1), 1);
  });

  it('are no longer set up after the package is removed', () => {
    host.must('dpkg --remove ts-iptables');
    assert.equal(host.do('test -e /etc/syslog-ng/conf.d/threatstop.conf').code, 1);
    host.must('syslog-ng --syntax-only');
  });
});
