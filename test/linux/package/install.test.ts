/**
 * The package on a Debian machine that runs: apt installs it from a signed repository, systemd starts it with its rights
 * and sandbox, a policy comes, the machine reboots, the package is upgraded, removed and purged.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DebianHost } from '../../support/debian-host.ts';
import { Docker } from '../../support/docker.ts';
import {
  collectedLines,
  makeNodePackage,
  makeRepository,
  makeTestDeb,
  ThrowAwayKey,
} from '../../support/linux-packages.ts';
import { neighbourRoot } from '../../support/neighbour-root.ts';
import { until } from '../../support/until.ts';

const POLICY_SERVER = fileURLToPath(
  new URL('../../support/policy-server-process.ts', import.meta.url),
);

/** The kernel's log is shared with other machines, also those of tests before. */
const PORT = 20_000 + Math.floor(Math.random() * 20_000);

/** A daemon on a busy machine. */
const SLOW_MS = 40_000;

describe('the Debian package on a machine', function () {
  this.timeout(600_000);
  let folder = '';
  let host: DebianHost;
  let key: ThrowAwayKey;
  let rulesBefore = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-apt-'));
    key = new ThrowAwayKey();
    host = new DebianHost(neighbourRoot());
    const packages = [
      await makeTestDeb(folder),
      await makeTestDeb(folder, { release: '3.00-02' }),
      makeNodePackage(folder),
    ];
    await makeRepository(join(folder, 'apt'), packages, key.name);
    cpSync(join(folder, 'apt'), join(host.root, 'srv/apt'), { recursive: true });
    await host.boot();
    rulesBefore = savedRules();
    // The module is in the kernel here: there is nothing to load, but what is to be loaded is looked up.
    host.must(`
      mkdir -p /lib/modules/$(uname -r); cd /lib/modules/$(uname -r)
      echo kernel/net/bridge/br_netfilter.ko >modules.builtin; depmod -a`);
  });
  after(async () => {
    await host.remove();
    key.remove();
    rmSync(folder, { recursive: true });
  });

  function savedRules(): string {
    return host.must(
      "iptables-save; ip6tables-save | sed '/^#/d; s/ \\[[0-9:]*\\]$//'; ipset save",
    );
  }

  function status(): Record<string, { state: string }> {
    return JSON.parse(host.do('tsadmin status --json').text) as Record<string, { state: string }>;
  }

  it('is installed by apt from the repository, as the README says, and blocks nothing', async () => {
    host.must(`
      install -m 0644 /srv/apt/threatstop.asc /usr/share/keyrings/threatstop.asc
      echo 'deb [signed-by=/usr/share/keyrings/threatstop.asc] file:/srv/apt stable main' \\
        >/etc/apt/sources.list.d/threatstop.list
      apt-get update
      apt-get install -y --no-install-recommends ts-iptables=1:3.00-01
    `);
    assert.match(host.must('tsadmin version'), /Version: 3\.00-01/);
    assert.match(host.must('systemctl is-active ts-agent'), /^active$/m);
    assert.match(host.must('systemctl is-enabled ts-agent ts-restore'), /^enabled\nenabled$/m);
    await until(
      'the service answers',
      () => host.do('test -S /run/threatstop/agent-control.sock').code === 0,
    );
    assert.equal(status()['protection']?.state, 'not-set-up');
    assert.equal(savedRules(), rulesBefore);
  });

  it('runs as a user of its own, with two capabilities', () => {
    const show = host.must(
      'cat /proc/$(systemctl show -P MainPID ts-agent)/status | grep -E "^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):"',
    );
    const uid = host.must('id -u threatstop').trim();
    assert.match(show, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t`, 'm'));
    // CAP_NET_ADMIN is bit 12, CAP_NET_RAW bit 13 (capabilities(7)).
    assert.match(show, /^CapEff:\t0000000000003000$/m);
    assert.match(show, /^CapBnd:\t0000000000003000$/m);
    assert.match(show, /^NoNewPrivs:\t1$/m);
    assert.match(show, /^Seccomp:\t2$/m);
  });

  it('enforces a policy after add and enable, through the service', async () => {
    const server = host.spawnInNetwork(process.execPath, POLICY_SERVER);
    const [port] = (await once(server.stdout!, 'data')) as [Buffer];
    const added = host.must(`
      tsadmin add --device_id=tdid_abcd1234 --block_list=basic.threatstop.local --allow_list=dns.threatstop.local \\
        --dns_server=127.0.0.1 --port=${port.toString().trim()} --skip_checkvalidip --silent \\
        --load_br_netfilter=y
      tsadmin enable
    `);
    server.stdin?.end();
    assert.match(added, /enabled/);
    assert.equal(status()['protection']?.state, 'protected');
    assert.match(host.must('ipset list TSblocknet'), /^203\.0\.113\.128\/25$/m);
    for (const program of ['iptables-save', 'ip6tables-save']) {
      assert.match(host.must(program), /^-A INPUT -j ThreatSTOP$/m);
    }
    const owners = host.must(
      'find /opt/threatstop /var/lib/threatstop -printf "%u %m %P\\n" | sort -u',
    );
    assert.doesNotMatch(owners, /^root/m);
    assert.match(owners, /^threatstop 600 threatstop\.conf$/m);
    assert.match(owners, /^threatstop 600 pre-threatstop_iptables$/m);
  });

  it('logs what it drops by rsyslog, through a rotation, and collects every line', async () => {
    const file = '/var/log/threatstop/threatstop.log';
    const sysctl = '/proc/sys/net/netfilter/nf_log_all_netns';
    const before = readFileSync(sysctl, 'utf8');
    // Without it the kernel logs only what the first network namespace drops.
    writeFileSync(sysctl, '1');
    try {
      host.must(
        'ip link add out type veth peer name far; ip link set far up; ip address add 198.18.0.1/24 dev out; ip link set out up; ip route add default dev out',
      );
      const drop = (port: number): Promise<void> => {
        host.do(`bash -c 'echo >/dev/udp/64.87.3.133/${port}'`);
        return until(
          'the line is in a file',
          () => host.must(`cat ${file}*`).includes(` DPT=${port} `),
          SLOW_MS,
        );
      };
      await drop(PORT);
      assert.match(
        host.must(`cat ${file}`),
        /^\d{4}-\S+ \S+ kernel: .*ThreatSTOP-TSblock IN= OUT=out .*SRC=198\.18\.0\.1 DST=64\.87\.3\.133 /m,
      );
      host.must('logrotate --force /etc/logrotate.d/ts-iptables');
      await drop(PORT + 1);
      // rsyslog takes some seconds to go on in the new file.
      await until(
        'rsyslog goes on',
        () => host.do('grep -q HUPed /var/log/syslog').code === 0,
        SLOW_MS,
      );
      await drop(PORT + 2);
      assert.match(host.must(`cat ${file}.1`), new RegExp(` DPT=${PORT} `));
      assert.match(host.must(`cat ${file}`), new RegExp(` DPT=${PORT + 2} `));
      assert.match(
        host.must(`stat -c '%U %G %a' ${file} ${file}.1`),
        /^root threatstop 640\nroot threatstop 640$/m,
      );
      for (const port of [PORT, PORT + 1, PORT + 2]) {
        assert.equal(
          collectedLines(host, ` SRC=198.18.0.1 DST=64.87.3.133 `).filter((line) =>
            line.includes(` DPT=${port} `),
          ).length,
          1,
        );
      }
      const syslog = host.must('cat /var/log/syslog');
      assert.ok(![PORT, PORT + 1, PORT + 2].some((port) => syslog.includes(` DPT=${port} `)));
    } finally {
      writeFileSync(sysctl, before);
    }
  });

  it('serves the page to who has a link of tsadmin ui', () => {
    const [link] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(host.must('tsadmin ui')) ?? [];
    const fetched = host.must(
      `node -e "fetch('${String(link)}', { redirect: 'manual' }).then(({ status }) => console.log(status))"`,
    );
    assert.match(fetched, /^(200|30[23])$/m);
  });

  it('takes orders of root also while the service is stopped', () => {
    host.must('systemctl stop ts-agent; tsadmin disable; tsadmin enable');
    assert.doesNotMatch(
      host.must('find /opt/threatstop /var/lib/threatstop -printf "%u\\n"'),
      /root/,
    );
    host.must('systemctl start ts-agent');
  });

  it('has policy and rules back after a reboot, before the network and after firewalld', async () => {
    // These would put back what is missing.
    host.must('systemctl enable firewalld; systemctl mask ts-agent ts-check');
    await host.powerOff();
    await host.boot();
    assert.match(host.must('firewall-cmd --state'), /^running$/m);
    assert.match(host.must('iptables-save'), /^-A FORWARD -j ThreatSTOP$/m);
    assert.match(host.must('ipset list TSblockaddr'), /^64\.87\.3\.133$/m);
    const restored = host.must('journalctl -b -o cat -u ts-restore');
    assert.match(restored, /the rules were missing and were put back/);
    const order = host
      .must(
        `systemctl show -P ActiveEnterTimestampMonotonic firewalld
        systemctl show -P ExecMainStartTimestampMonotonic ts-restore
        systemctl show -P ExecMainExitTimestampMonotonic ts-restore
        systemctl show -P ActiveEnterTimestampMonotonic network-pre.target`,
      )
      .trim()
      .split('\n')
      .map(Number);
    assert.ok(order[0]! > 0);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    host.must(
      'systemctl disable --now firewalld; systemctl unmask ts-agent ts-check; systemctl start ts-agent',
    );
    await until('the service has put the rules back', () =>
      host.must('iptables-save').includes('-A FORWARD -j ThreatSTOP'),
    );
  });

  it('has bridged packets filtered after a reboot, and says when they are not', () => {
    const values = '/proc/sys/net/bridge/bridge-nf-';
    assert.match(host.must('cat /etc/modules-load.d/threatstop.conf'), /^br_netfilter$/m);
    assert.equal(host.must(`cat ${values}call-ip*tables ${values}filter-*`), '1\n1\n1\n1\n');
    assert.match(host.do('tsadmin doctor').text, /^ok +Bridge +nothing to do$/m);
    for (const name of ['call-ip6tables', 'filter-vlan-tagged']) {
      host.must(`echo 0 >${values}${name}`);
      assert.equal(status()['protection']?.state, 'not-protecting');
      assert.equal(host.do('tsadmin status').code, 1);
      host.must(`echo 1 >${values}${name}`);
    }
    host.must('mv /etc/modules-load.d/threatstop.conf /root');
    assert.match(host.do('tsadmin status').text, /br_netfilter is not loaded at the next boot/);
    host.must('mv /root/threatstop.conf /etc/modules-load.d');
    assert.equal(status()['protection']?.state, 'protected');
  });

  it('is above docker as soon as that has started, without waiting for the check of each minute', async () => {
    const docker = new Docker(host);
    docker.configure();
    host.must('systemctl stop ts-agent');
    try {
      for (const order of ['start', 'restart']) {
        host.must(`systemctl ${order} docker`);
        await until('ours is the first rule', () =>
          /^-P FORWARD \w+\n-A FORWARD -j ThreatSTOP$/m.test(host.must('iptables -S FORWARD')),
        );
        await until(
          'the check has ended',
          () => host.must('systemctl show -P ActiveState ts-check') === 'inactive\n',
        );
      }
      assert.match(host.must('iptables -S FORWARD'), /^-A FORWARD -j DOCKER-USER$/m);
      assert.match(
        host.must('journalctl -b -o cat -u ts-check'),
        /rules are above ours in FORWARD \(-A FORWARD -j DOCKER-USER\)/,
      );
    } finally {
      docker.remove();
      host.must('systemctl start ts-agent');
    }
  });

  it('goes on enforcing through an upgrade and a downgrade', () => {
    const rules = host.must('iptables-save | sed "/^#/d; s/\\[[0-9:]*\\]//"');
    const pid = host.must('systemctl show -P MainPID ts-agent');
    host.must('apt-get install -y --no-install-recommends ts-iptables');
    assert.match(host.must('dpkg-query -W ts-iptables'), /1:3\.00-02/);
    assert.notEqual(host.must('systemctl show -P MainPID ts-agent'), pid);
    assert.equal(status()['protection']?.state, 'protected');
    const listed = 'dpkg -L ts-iptables | grep ^/usr/lib/ts-iptables/ | sort';
    assert.equal(
      host.must('find /usr/lib/ts-iptables -mindepth 1 | sort'),
      host.must(listed),
      'nothing is there but the files of the package',
    );
    host.must(
      'apt-get install -y --no-install-recommends --allow-downgrades ts-iptables=1:3.00-01',
    );
    assert.equal(status()['protection']?.state, 'protected');
    assert.equal(host.must('iptables-save | sed "/^#/d; s/\\[[0-9:]*\\]//"'), rules);
  });

  it('leaves the settings and nothing else in force when it is removed', () => {
    host.must('apt-get remove -y ts-iptables');
    assert.doesNotMatch(host.must('iptables-save; ip6tables-save; ipset save'), /ThreatSTOP|TS/);
    assert.match(host.must('cat /opt/threatstop/threatstop.conf'), /device_id="tdid_abcd1234"/);
    assert.equal(host.do('systemctl is-active ts-agent').text.trim(), 'inactive');
    assert.equal(
      host.do('cat /etc/modules-load.d/threatstop.conf /etc/sysctl.d/60-threatstop.conf').code,
      1,
    );
  });

  it('is as if it had never been there after a purge', () => {
    host.must('apt-get purge -y ts-iptables');
    const left = host.must(
      'find / -xdev \\( -iname "*threatstop*" -o -iname "*ts-iptables*" -o -name "ts-agent*" -o -name "ts-restore*" -o -name "ts-check*" -o -name "ts-nflog*" \\) -not -path "/srv/*"',
    );
    const ours = left
      .split('\n')
      .filter(
        (path) => !/^\/(var\/lib\/apt|var\/cache\/apt|etc\/apt|usr\/share\/keyrings)|^$/.test(path),
      );
    assert.deepEqual(ours, []);
    assert.equal(host.do('getent passwd threatstop').code, 2);
  });
});
