import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPolicyServer, type PolicyServer } from '../support/policy-server.ts';
import { table } from '../support/prefixes.ts';
import { addDevice, spawnProgram, tsadmin, tsadminJson } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

describe('a service that starts after a reboot', () => {
  const folder = temporaryFolder();
  const tableFile = (name: string) => join(folder(), `var/db/aliastables/ThreatSTOP_${name}.txt`);
  const rules = () => join(folder(), 'var/db/threatstop/dry-run.rules');
  let server: PolicyServer;

  beforeEach(async () => {
    server = await startPolicyServer();
    server.serve(table('64.87.3.133', '203.0.113.0/24'));
    await addDevice(folder(), server.port);
    assert.equal((await tsadmin(folder(), 'enable')).code, 0);
  });
  afterEach(() => server.stop());

  it('has tables and rules back from the disk while the policy service is silent', async () => {
    for (const gone of [tableFile('block'), tableFile('allow'), rules()]) rmSync(gone);
    server.fallSilent();
    const place = ['--root', folder(), '--platform', 'dry-run'];
    const service = spawnProgram('ts-service', place, {});
    try {
      await until('the rules are back', () => existsSync(rules()));
      assert.equal(readFileSync(tableFile('block'), 'utf8'), '64.87.3.133\n203.0.113.0/24\n');
      assert.ok(existsSync(tableFile('allow')));
      const { protection } = (await tsadminJson(folder(), 'status')) as {
        protection: { state: string };
      };
      assert.equal(protection.state, 'dry-run');
    } finally {
      service.kill('SIGKILL');
      await once(service, 'exit');
    }
  }).timeout(30_000);
});
