import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { HostError } from '../../src/core/errors.ts';
import { countDifference, difference } from '../../src/core/prefix-algebra.ts';
import { sizeOf } from '../../src/core/prefix-list.ts';
import { MANUAL, openAgentHost, policy } from '../support/agent-host.ts';
import { prefixTexts, table } from '../support/prefixes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: false };

describe('the policies before', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;

  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, QUICK);
  });
  afterEach(() => host.agent.close());

  const enforce = async (version: string, block: string) => {
    host.clock.time += 60_000;
    host.portal.policy = () => policy(version, block);
    await host.agent.update('test');
    return host.clock.time;
  };
  const blockDiff = async (limit = Infinity) => (await host.agent.diff(limit)).tables[0];

  it('are nothing to compare with at first', async () => {
    assert.deepEqual(await host.agent.diff(5), { after: null, before: null, tables: [] });
    await enforce('z=1', '64.87.3.133');
    const { after, before } = await host.agent.diff(5);
    assert.deepEqual([after?.version, before], ['z=1', null]);
  });

  it('give the entries that were added and removed, as many as asked for', async () => {
    await enforce('z=1', '64.87.3.133 203.0.113.1 2001:db8::/32');
    await enforce('z=2', '64.87.3.133 198.18.0.1 198.18.0.2 2001:db8:1::/48');
    assert.deepEqual(await blockDiff(), {
      table: 'block',
      added: { count: 3, entries: ['198.18.0.1', '198.18.0.2', '2001:db8:1::/48'] },
      removed: { count: 2, entries: ['203.0.113.1', '2001:db8::/32'] },
    });
    assert.deepEqual((await blockDiff(1))?.added, { count: 3, entries: ['198.18.0.1'] });
  });

  it('are those with other tables: a new serial alone is no other policy', async () => {
    await enforce('z=1', '64.87.3.133');
    const since = await enforce('z=2', '64.87.3.133 203.0.113.1');
    await enforce('z=3', '64.87.3.133 203.0.113.1');
    const { after, before } = await host.agent.diff(0);
    assert.deepEqual([before?.version, after?.version], ['z=1', 'z=3']);
    const { since: found } = await host.agent.lookup('203.0.113.1');
    assert.deepEqual(found, { version: 'z=2', takenAt: since, orEarlier: false });
  });

  it('tell since when an address is blocked, and whether it was before', async () => {
    const first = await enforce('z=1', '64.87.3.133 203.0.113.8');
    const second = await enforce('z=2', '64.87.3.133 203.0.113.1');
    const old = await host.agent.lookup('64.87.3.133');
    assert.deepEqual(old.since, { version: 'z=1', takenAt: first, orEarlier: true });
    assert.equal(old.blockedBefore, true);
    const recent = await host.agent.lookup('203.0.113.1');
    assert.deepEqual(recent.since, { version: 'z=2', takenAt: second, orEarlier: false });
    assert.equal(recent.blockedBefore, false);
    const gone = await host.agent.lookup('203.0.113.8');
    assert.deepEqual([gone.since, gone.blockedBefore], [null, true]);
  });

  it('keep the tables of two of them on disk, no more', async () => {
    for (const n of [1, 2, 3, 4]) await enforce(`z=${n}`, `64.87.3.133 203.0.113.${n}`);
    const files = readdirSync(join(folder(), 'state/policies'));
    assert.equal(files.length, 3, 'two block tables, one allow table');
    for (const file of files) rmSync(join(folder(), 'state/policies', file));
    await assert.rejects(host.agent.diff(1), HostError);
  });
});

describe('counting a difference', () => {
  it('gives the sizes of the difference', () => {
    const tables = fc.tuple(prefixTexts(4), prefixTexts(6)).map(([a, b]) => table(...a, ...b));
    fc.assert(
      fc.property(tables, tables, (before, after) => {
        const { added, removed } = difference(before, after);
        assert.deepEqual(countDifference(before, after), {
          added: sizeOf(added),
          removed: sizeOf(removed),
        });
      }),
    );
  });
});
