import assert from 'node:assert/strict';
import {
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FirewallError } from '../../src/core/errors.ts';
import { MANUAL, openAgentHost, policy, unreachable } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: false };

describe('a copy of the policy on disk that is damaged', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;

  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, QUICK);
    await host.agent.update('test');
    await host.agent.verify('test');
  });
  afterEach(() => host.agent.close());

  function blockCopy(): string {
    const hash = host.ports.history.current()?.tables.block.hash ?? '';
    return join(folder(), 'state/policies', `${hash}.table`);
  }

  const codes = async () => (await host.agent.status()).problems.map(({ code }) => code);

  /** Another byte; size and modification time stay. */
  function damage(): void {
    const bytes = readFileSync(blockCopy());
    bytes.writeUInt8(bytes.readUInt8(6) ^ 1, 6);
    writeFileSync(blockCopy(), bytes);
    utimesSync(blockCopy(), 1, 1);
  }

  it('is noticed by the next check, and written again at once', async () => {
    const good = readFileSync(blockCopy());
    damage();
    await host.agent.verify('schedule');
    assert.deepEqual(readFileSync(blockCopy()), good);
    assert.deepEqual(host.portal.known, [null, null]);
    assert.deepEqual(await codes(), []);
    await host.agent.verify('schedule');
    assert.equal(host.portal.known.length, 2);
  });

  it('is a problem to see as long as it cannot be written again', async () => {
    const source = host.portal.policy;
    host.portal.policy = unreachable;
    truncateSync(blockCopy(), 10);
    await host.agent.verify('schedule');
    assert.deepEqual(await codes(), ['policy-not-refreshed', 'policy-copy-missing']);
    await host.agent.verify('schedule');
    assert.equal(host.portal.known.length, 2, 'it is asked for once, then at its time');
    host.portal.policy = source;
    await host.agent.update('schedule');
    assert.deepEqual(await codes(), []);
  });

  it('is a problem when it is missing too', async () => {
    rmSync(blockCopy());
    assert.deepEqual(await codes(), ['policy-copy-missing']);
  });

  it('does not keep a table that was changed as it is: the policy is read again', async () => {
    damage();
    const good = host.table('block');
    writeFileSync(host.tableFile('block'), '192.0.2.99\n');
    await assert.rejects(host.agent.verify('schedule'), FirewallError);
    assert.equal(host.table('block'), good);
    assert.equal(readdirSync(join(folder(), 'state/policies')).length, 2);
    await host.agent.verify('schedule');
    assert.deepEqual(await codes(), []);
  });

  it('is written again also when the policy was accepted though it looked wrong', async () => {
    await host.agent.configure('test', { policy_sanity: 'hold' });
    host.portal.policy = () => policy('z=2', '198.51.100.1');
    await host.agent.update('test', { accept: true });
    damage();
    await host.agent.verify('schedule');
    assert.deepEqual(await codes(), []);
    assert.equal((await host.agent.lookup('198.51.100.1')).verdict, 'blocked');
  });
});
