import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import type { FetchedPolicy } from '../../src/core/ports.ts';
import { listOf, MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: false };
const SEVERAL = { ...MANUAL, block_list: 'a.list b.list c.list', allow_list: 'd.list e.list' };

describe('the lists that lookup names', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;

  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', SEVERAL, QUICK);
    host.portal.policy = several;
    await host.agent.update('test');
  });
  afterEach(() => host.agent.close());

  function several(): FetchedPolicy {
    return {
      version: 'z=1',
      block: [
        listOf('a.list', '64.87.3.133 198.51.100.0/24 203.0.113.4'),
        listOf('b.list', '64.87.3.133 203.0.113.0/25'),
        listOf('c.list', '2001:db8::/32'),
      ],
      allow: [listOf('d.list', '198.51.100.8/30'), listOf('e.list', '198.51.100.9')],
    };
  }

  async function named(query: string): Promise<readonly string[]> {
    const { entries } = await host.agent.lookup(query);
    return entries.map(({ table, prefix, lists }) => `${table} ${prefix}: ${lists.join(' ')}`);
  }

  it('are all those that have an entry, and no other', async () => {
    assert.deepEqual(await named('64.87.3.133'), ['block 64.87.3.133: a.list b.list']);
    assert.deepEqual(await named('203.0.113.4'), [
      'block 203.0.113.4: a.list',
      'block 203.0.113.0/25: b.list',
    ]);
    assert.deepEqual(await named('2001:db8::1'), ['block 2001:db8::/32: c.list']);
    assert.deepEqual(await named('198.51.100.9'), [
      'allow 198.51.100.9: e.list',
      'allow 198.51.100.8/30: d.list',
    ]);
  });

  it('are those of the whole entry, where only a part of it is left', async () => {
    assert.deepEqual(await named('198.51.100.129'), ['block 198.51.100.128/25: a.list']);
  });

  it('are those of the entries that were merged, where they have what was asked for', async () => {
    await host.agent.configure('test', { compact: 'always' });
    host.portal.policy = () => ({
      version: 'z=2',
      block: [listOf('a.list', '203.0.113.0/25'), listOf('b.list', '203.0.113.128/25')],
      allow: [],
    });
    await host.agent.update('test');
    assert.deepEqual(await named('203.0.113.200'), ['block 203.0.113.0/24: b.list']);
    assert.deepEqual(await named('203.0.113.0/24'), ['block 203.0.113.0/24: a.list b.list']);
  });

  it('are known after the next policy too, and take no more room than the last two', async () => {
    host.portal.policy = () => ({ ...several(), version: 'z=2' });
    await host.agent.configure('test', { maxpolicysize: '1000' });
    await host.agent.update('test');
    assert.deepEqual(await named('64.87.3.133'), ['block 64.87.3.133: a.list b.list']);
    assert.equal((await host.agent.status()).problems.length, 0);
  });

  it('are the only one, with nothing kept for it', async () => {
    await host.agent.configure('test', { block_list: 'a.list', allow_list: '' });
    host.portal.policy = () => ({
      version: 'z=3',
      block: [listOf('a.list', '64.87.3.133')],
      allow: [],
    });
    await host.agent.update('test');
    assert.deepEqual(await named('64.87.3.133'), ['block 64.87.3.133: a.list']);
    assert.deepEqual(host.ports.history.current()?.listTables, { block: [], allow: [] });
  });

  it('are not told where their tables are lost, which is a problem until they are read again', async () => {
    const [lost] = host.ports.history.current()?.listTables.block ?? [];
    rmSync(join(folder(), 'state/policies', `${lost?.hash ?? ''}.table`));
    assert.deepEqual(await named('64.87.3.133'), ['block 64.87.3.133: b.list']);
    assert.deepEqual(
      (await host.agent.status()).problems.map(({ code }) => code),
      ['policy-copy-missing'],
    );
    await host.agent.update('test');
    assert.deepEqual(await named('64.87.3.133'), ['block 64.87.3.133: a.list b.list']);
    assert.deepEqual((await host.agent.status()).problems, []);
  });

  it('are those of a list that the guard took a part of', async () => {
    host.ports.upstream.neverBlock = () =>
      Promise.resolve([{ prefix: parsePrefix('203.0.113.1'), reason: 'default gateway' }]);
    await host.agent.update('test');
    const { verdict, guarded } = await host.agent.lookup('203.0.113.1');
    assert.deepEqual([verdict, guarded.length], ['not-listed', 1]);
    assert.deepEqual(await named('203.0.113.2'), ['block 203.0.113.2/31: b.list']);
  });
});
