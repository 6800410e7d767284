/** Our rules beside those of ufw, fail2ban, firewalld and docker, on a Debian machine that runs them. */
import assert from 'node:assert/strict';
import { DebianHost } from '../support/debian-host.ts';
import { Docker } from '../support/docker.ts';
import { withoutNoise } from '../support/linux-firewall.ts';
import { neighbourRoot } from '../support/neighbour-root.ts';
import { NetworkHost } from '../support/network.ts';
import {
  assertReaches,
  enforce,
  isOpen,
  POLICY,
  routedLab,
  withPaths,
  type Lab,
} from '../support/packet-lab.ts';
import { until } from '../support/until.ts';

const FAIL2BAN = `[DEFAULT]
banaction = iptables-multiport
[sshd]
enabled = true
backend = polling
logpath = /var/log/auth.log
`;

for (const kind of ['nft', 'legacy'] as const) {
  describe(`beside other programs, with iptables-${kind}`, function () {
    this.timeout(600_000);
    let debian: DebianHost;
    let lab: Lab;

    before(async () => {
      debian = new DebianHost(neighbourRoot());
      await debian.boot();
      for (const name of ['iptables', 'ip6tables']) {
        debian.must(`update-alternatives --set ${name} /usr/sbin/${name}-${kind}`);
      }
      lab = await routedLab(new NetworkHost(debian.init), debian.run);
      await protect();
    });
    after(async () => {
      lab.remove();
      await debian.remove();
    });

    async function protect(): Promise<void> {
      await enforce(lab, POLICY);
      await lab.firewall.driver.enable();
    }

    /** The rules of all others. */
    function theirs(): string {
      const saved = ['iptables', 'ip6tables'].flatMap((name) =>
        ['nft', 'legacy'].map((other) => debian.must(`${name}-${other}-save`)),
      );
      return withoutNoise(saved.join('\n'))
        .split('\n')
        .filter((line) => !/ThreatSTOP/.test(line))
        .join('\n');
    }

    /**
     * Does something with another program and then what the check of each minute does.
     * @returns whether our rules had to be put back
     */
    async function afterThat(script: string): Promise<boolean> {
      debian.must(script);
      const { driver } = lab.firewall;
      const { rulesInPlace } = await driver.verify();
      const before = theirs();
      if (!rulesInPlace) await driver.enable();
      assert.equal(theirs(), before);
      const { rulesInPlace: mended, problems } = await driver.verify();
      assert.deepEqual([mended, problems], [true, []]);
      await assertReaches(lab, isOpen);
      return !rulesInPlace;
    }

    /** Nothing of theirs changes when ours go, come or are taken out for good. */
    async function leavesTheirs(): Promise<void> {
      const { driver } = lab.firewall;
      const before = theirs();
      assert.match(before, /^-A /m);
      await driver.disable();
      assert.equal(theirs(), before);
      await assertReaches(lab, () => true);
      await driver.enable();
      assert.equal(theirs(), before);
      await driver.remove();
      assert.equal(theirs(), before);
      assert.doesNotMatch(
        debian.must('iptables-save; ip6tables-save; ipset save'),
        /ThreatSTOP|TS/,
      );
      await protect();
      await assertReaches(lab, isOpen);
    }

    it('stays first through enable, reload and disable of ufw', async () => {
      debian.must('ufw default allow incoming; ufw default allow routed');
      assert.equal(await afterThat('ufw --force enable'), false);
      assert.equal(await afterThat('ufw allow from 198.18.0.66; ufw reload'), false);
      await leavesTheirs();
      assert.equal(await afterThat('ufw disable'), false);
      debian.must('/usr/lib/ufw/ufw-init flush-all');
      await protect();
    });

    it('is first again after fail2ban began to ban', async () => {
      debian.must(
        `rm /etc/fail2ban/jail.d/*; touch /var/log/auth.log; cat >/etc/fail2ban/jail.local <<'END'\n${FAIL2BAN}END\nsystemctl start fail2ban`,
      );
      await until('fail2ban answers', () => debian.do('fail2ban-client ping').code === 0, 60_000);
      const isBanned = (address: string) => `
        fail2ban-client set sshd banip ${address}
        for try in $(seq 100); do iptables -S f2b-sshd | grep -q ${address} && exit; sleep 0.1; done; exit 1`;
      assert.equal(await afterThat(isBanned('198.51.100.9')), true);
      assert.equal(await afterThat(isBanned('198.51.100.10')), false);
      await leavesTheirs();
      assert.equal(await afterThat('systemctl stop fail2ban'), false);
    });

    for (const backEnd of kind === 'nft' ? ['nftables', 'iptables'] : ['iptables']) {
      it(`has its rules back after firewalld (${backEnd}) flushed them`, async () => {
        debian.must(`
          sed -i 's/^FirewallBackend=.*/FirewallBackend=${backEnd}/' /etc/firewalld/firewalld.conf
          grep -q =trusted /etc/firewalld/firewalld.conf || firewall-offline-cmd --set-default-zone=trusted`);
        await afterThat('systemctl start firewalld; firewall-cmd --state');
        assert.equal(await afterThat('firewall-cmd --reload'), true);
        assert.equal(await afterThat('firewall-cmd --complete-reload'), true);
        if (backEnd === 'iptables') await leavesTheirs();
        await afterThat('systemctl stop firewalld');
      });
    }

    it('is first again after a start and a restart of docker, for its containers too', async () => {
      const docker = new Docker(debian);
      try {
        docker.configure();
        assert.equal(await afterThat(`${docker.startScript}; ${docker.runScript}`), true);
        lab = withPaths(lab, await docker.paths(lab));
        await assertReaches(lab, isOpen);
        debian.must(`iptables -I DOCKER-USER -j ACCEPT; ${docker.startScript}`);
        const { problems } = await lab.firewall.driver.verify();
        assert.match(
          problems[0]?.message ?? '',
          /rules? (is|are) above ours in FORWARD \(-A FORWARD -j DOCKER-/,
        );
        assert.equal(await afterThat('true'), true);
        await leavesTheirs();
      } finally {
        docker.remove();
      }
    });
  });
}
