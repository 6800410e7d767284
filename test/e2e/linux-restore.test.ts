/** A reboot: an empty kernel, the state on disk, no network, and the rights of the service. */
import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPolicyPorts } from '../../src/main/open-policy-ports.ts';
import { summaryOf } from '../../src/tasks/apply-policy.ts';
import { tables } from '../contract/firewall-driver.ts';
import { policyRecord } from '../support/cli-agent.ts';
import { NetworkHost } from '../support/network.ts';
import {
  assertReaches,
  bridgedLab,
  isOpen,
  POLICY as PACKET_POLICY,
  routedLab,
} from '../support/packet-lab.ts';
import { AS_SERVICE, makeServiceFolder, SERVICE_ID } from '../support/service-user.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/ts-service', import.meta.url));
const POLICY = tables('64.87.3.133 198.51.100.0/24 2001:db8::66', '198.51.100.7');

describe('restoring after a reboot', function () {
  this.timeout(60_000);
  let root = '';
  let host: NetworkHost;
  beforeEach(() => {
    host = new NetworkHost();
    root = mkdtempSync(join(tmpdir(), 'ts-restore-'));
    chownSync(root, SERVICE_ID, SERVICE_ID);
    for (const folder of ['opt/threatstop', 'var/lib/threatstop']) {
      makeServiceFolder(join(root, folder));
    }
  });
  afterEach(() => {
    host.remove();
    rmSync(root, { recursive: true });
  });

  /** Leaves on disk what a device has that enforced the policy; written by root, as `tsadmin` does. */
  async function leaveState(enabled: 'yes' | 'no', policy = POLICY): Promise<void> {
    const { ports, database } = openPolicyPorts({ root, platform: 'linux' });
    const held = { block: summaryOf(policy.block), allow: summaryOf(policy.allow) };
    await ports.policyStore.save(policy.block, held.block.hash);
    await ports.policyStore.save(policy.allow, held.allow.hash);
    ports.history.record({ ...policyRecord, tables: held });
    await ports.settingsStore.write({
      device_id: 'tdid_abcd1234',
      block_list: 'basic.threatstop.local',
      dns_server: '192.0.2.1',
      enabled,
    });
    database.close();
  }

  function restore(on = host): string {
    const place = `--root '${root}' --platform linux --restore`;
    return on.script(`${AS_SERVICE.join(' ')} ${PROGRAM} ${place} 2>&1`);
  }

  it('loads policy and rules as they were, and everything stays the service’s', async () => {
    await leaveState('yes');
    assert.match(restore(), /Mended: .* put back; the rules were missing and were put back/);
    assert.match(host.do('ipset', 'list', 'TSblockaddr'), /^64\.87\.3\.133$/m);
    assert.match(host.do('ipset', 'list', 'TSblocknet'), /^198\.51\.100\.0\/24$/m);
    assert.match(host.do('ipset', 'list', 'TSblockaddr6'), /^2001:db8::66$/m);
    for (const program of ['iptables-save', 'ip6tables-save']) {
      assert.match(host.do(program), /^-A INPUT -j ThreatSTOP$/m);
    }
    assert.match(restore(), /All as it should be/);
    assert.ok(readdirSync(join(root, 'opt/threatstop')).includes('pre-threatstop_iptables'));
  });

  for (const [name, open] of [
    ['routed', routedLab],
    ['bridged', bridgedLab],
  ] as const) {
    it(`blocks ${name} packets again, before any network was asked`, async () => {
      const lab = await open();
      try {
        await leaveState('yes', PACKET_POLICY);
        await assertReaches(lab, () => true);
        assert.match(restore(lab.firewall.host), /the rules were missing and were put back/);
        await assertReaches(lab, isOpen);
      } finally {
        lab.remove();
      }
    });
  }

  it('puts no rules in where the policy is disabled', async () => {
    await leaveState('no');
    assert.match(restore(), /Mended: /);
    assert.match(host.do('ipset', 'list', '-name'), /^TSblockaddr$/m);
    assert.doesNotMatch(host.do('iptables-save'), /ThreatSTOP/);
  });

  it('has nothing to do on a device that is not set up', () => {
    assert.match(restore(), /This device is not set up\./);
    assert.equal(host.do('ipset', 'list', '-name'), '');
  });
});
