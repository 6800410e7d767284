/**
 * The package for the RHEL family. Its scripts run on a Debian with systemd, where rpm is that of this machine: there is no
 * RHEL here.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DebianHost } from '../../support/debian-host.ts';
import { CHECKOUT, makeNodePackage, makeTestRpm } from '../../support/linux-packages.ts';
import { until } from '../../support/until.ts';

const POLICY_SERVER = fileURLToPath(
  new URL('../../support/policy-server-process.ts', import.meta.url),
);

function text(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 });
}

describe('the RPM', function () {
  this.timeout(300_000);
  let folder = '';
  let path = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-rpm-'));
    path = await makeTestRpm(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has whole sums, the files of the Debian package but those for it alone, and its settings marked', () => {
    assert.match(text('rpm', '--checksig', '--nosignature', path), /digests OK/);
    const files = text('rpm', '-qlp', path).trim().split('\n');
    assert.ok(files.includes('/usr/lib/ts-iptables/dist/main/service.js'));
    assert.ok(!files.some((file) => file.startsWith('/etc/init.d')));
    assert.deepEqual(text('rpm', '-qcp', path).trim().split('\n'), [
      '/etc/logrotate.d/ts-iptables',
      '/etc/rsyslog.d/10-threatstop.conf',
    ]);
    assert.match(text('rpm', '-qp', '--requires', path), /^nodejs >= 1:22\.18$/m);
  });

  it('is one that rpmlint finds no fault with', () => {
    const known = join(CHECKOUT, 'linux/rpm/ts-iptables.rpmlintrc');
    assert.match(text('rpmlint', '--rpmlintrc', known, path), / 0 errors, 0 warnings/);
  });

  describe('on a machine', () => {
    let host: DebianHost;

    before(async () => {
      host = new DebianHost();
      await host.boot();
      execFileSync('cp', [makeNodePackage(folder), join(host.root, 'srv/nodejs.deb')]);
      host.must('dpkg --install /srv/nodejs.deb');
      rpm('--initdb');
    });
    after(() => host.remove());

    /** The rpm of this machine in the namespaces of that one: its scripts meet the systemd there. */
    function rpm(...args: readonly string[]): string {
      const there = ['-t', String(host.init), '-p', '-n', '-u', '-i', '--'];
      return text('nsenter', ...there, 'rpm', '--root', `/proc/${host.init}/root`, ...args);
    }

    function savedRules(): string {
      return host.must('iptables-save | sed "/^#/d; s/\\[[0-9:]*\\]//"');
    }

    function state(): string {
      const { protection } = JSON.parse(host.do('tsadmin status --json').text) as {
        readonly protection: { readonly state: string };
      };
      return protection.state;
    }

    function pid(): string {
      return host.must('systemctl show -P MainPID ts-agent').trim();
    }

    it('starts the service as a user of its own, and blocks nothing', async () => {
      const rules = savedRules();
      rpm('--nodeps', '--nosignature', '--install', path);
      const owners =
        'stat -c "%U %G %a" /var/lib/threatstop /opt/threatstop /var/log/threatstop; stat -c %U /proc/$(systemctl show -P MainPID ts-agent)';
      assert.match(
        host.must(owners),
        /^threatstop threatstop 700\nthreatstop threatstop 755\nroot threatstop 2750\nthreatstop$/m,
      );
      const units = 'ts-agent ts-check ts-nflog ts-restore';
      assert.equal(host.must(`systemctl is-enabled ${units}`), 'enabled\n'.repeat(4));
      await until('the service answers', () => state() === 'not-set-up');
      assert.equal(savedRules(), rules);
      assert.equal(rpm('--verify', '--nodeps', 'ts-iptables'), '');
    });

    it('keeps settings and rules through an upgrade and a downgrade, each with a new service', async () => {
      const server = host.spawnInNetwork(process.execPath, POLICY_SERVER);
      const [port] = (await once(server.stdout!, 'data')) as [Buffer];
      host.must(`
        tsadmin add --device_id=tdid_abcd1234 --block_list=basic.threatstop.local --allow_list=dns.threatstop.local \\
          --dns_server=127.0.0.1 --port=${port.toString().trim()} --skip_checkvalidip --silent
        tsadmin enable
        echo '# of the administrator' >>/etc/rsyslog.d/10-threatstop.conf`);
      server.stdin?.end();
      const settings = host.must('cat /opt/threatstop/threatstop.conf');
      const enforced = savedRules();
      assert.match(enforced, /^-A INPUT -j ThreatSTOP$/m);
      const newer = await makeTestRpm(join(folder, 'newer'), { release: '3.00-02' });
      for (const order of [['--upgrade', newer] as const, ['--upgrade', '--oldpackage', path]]) {
        const before = pid();
        rpm('--nodeps', '--nosignature', ...order);
        await until('the service answers', () => state() === 'protected');
        assert.notEqual(pid(), before);
        assert.equal(host.must('cat /opt/threatstop/threatstop.conf'), settings);
        assert.equal(savedRules(), enforced);
        host.must('grep administrator /etc/rsyslog.d/10-threatstop.conf');
      }
      assert.equal(host.must('find /etc -name "*.rpm*"'), '');
    });

    it('takes out its rules and leaves the settings when it is erased', () => {
      rpm('--erase', 'ts-iptables');
      assert.doesNotMatch(host.must('iptables-save; ip6tables-save; ipset save'), /ThreatSTOP|TS/);
      assert.match(host.must('cat /opt/threatstop/threatstop.conf'), /device_id="tdid_abcd1234"/);
      assert.equal(host.must('ls /usr/lib | grep -c ts-iptables || true').trim(), '0');
      assert.equal(host.do('systemctl is-active ts-agent ts-nflog').text, 'inactive\ninactive\n');
      assert.doesNotMatch(host.do('systemctl is-enabled ts-agent').text, /^enabled/m);
    });
  });
});
