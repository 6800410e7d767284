/** Where hits come from on a Debian machine without rsyslog: the journal, then syslog-ng. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebianHost } from '../../support/debian-host.ts';
import { collectedLines, makeNodePackage, makeTestDeb } from '../../support/linux-packages.ts';
import { until } from '../../support/until.ts';

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
      iptables -A OUTPUT -d 64.87.3.133 -j LOG --log-prefix 'ThreatSTOP-TSblock '
      tsadmin add --device_id=x --block_list=b.threatstop.local --allow_list=a.threatstop.local \\
        --dns_server=127.0.0.1 --skip_checkpolicy --skip_checkvalidip --silent
    `);
  });
  after(async () => {
    writeFileSync(SYSCTL, sysctl);
    await host.remove();
    rmSync(folder, { recursive: true });
  });

  function drop(port: number): void {
    host.do(`bash -c 'echo >/dev/udp/64.87.3.133/${port}'`);
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

  it('are read from the file once syslog-ng writes it', async () => {
    host.must(`
      cd /var/cache/apt/archives
      ls *.deb | grep -v '^rsyslog' | xargs dpkg --install --skip-same-version
    `);
    host.must('dpkg-reconfigure ts-iptables');
    assert.match(host.must('cat /etc/syslog-ng/conf.d/threatstop.conf'), /source\(s_src\)/);
    // The first look only notes where the file ends.
    collected(PORT);
    drop(PORT + 1);
    await until('the line is in the file', () =>
      host.must(`cat ${FILE}`).includes(` DPT=${PORT + 1} `),
    );
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
