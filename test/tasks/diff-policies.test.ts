import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { FormatError, HostError } from '../../src/core/errors.ts';
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

  it('keep the tables of five of them on disk, no more', async () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await enforce(`z=${n}`, `64.87.3.133 203.0.113.${n}`);
    const files = readdirSync(join(folder(), 'state/policies'));
    assert.equal(files.length, 6, 'five block tables, one allow table');
    for (const file of files) rmSync(join(folder(), 'state/policies', file));
    await assert.rejects(host.agent.diff(1), HostError);
  });
});

describe('any two policies', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  let times: number[];

  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, QUICK);
    times = [];
    for (const block of ['64.87.3.133', '64.87.3.133 203.0.113.1 64.87.9.0/24', '198.18.0.0/15']) {
      host.clock.time += 60_000;
      host.portal.policy = () => policy(`z=${times.length + 1}`, block);
      await host.agent.update('test');
      times.push(host.clock.time);
    }
  });
  afterEach(() => host.agent.close());

  const compare = (change: 'added' | 'removed', search = '', page = { offset: 0, limit: 10 }) =>
    host.agent.compare({
      ...{ before: times[0]!, after: times[1]!, table: 'block', change, search },
      ...page,
    });

  it('are listed newest first, with whether they can be compared', async () => {
    const known = await host.agent.policies();
    assert.deepEqual(
      known.map(({ policy: { version }, onDisk }) => [version, onDisk]),
      [
        ['z=3', true],
        ['z=2', true],
        ['z=1', true],
      ],
    );
  });

  it('are compared, a page of entries at a time', async () => {
    const first = await compare('added', '', { offset: 0, limit: 1 });
    assert.deepEqual(first.counts.block, { added: 2, removed: 0 });
    assert.deepEqual([first.found, first.entries], [2, ['64.87.9.0/24']]);
    assert.deepEqual((await compare('added', '', { offset: 1, limit: 9 })).entries, [
      '203.0.113.1',
    ]);
    assert.deepEqual((await compare('added', '', { offset: 7, limit: 9 })).entries, []);
    assert.deepEqual((await compare('removed')).entries, []);
  });

  it('are searched by address, prefix or the beginning of an address', async () => {
    for (const search of ['64.87.9.7', '64.87.9.0/24', '64.87.0.0/16', '64.87.9', '64.87.', '64']) {
      assert.deepEqual((await compare('added', search)).entries, ['64.87.9.0/24'], search);
    }
    assert.deepEqual((await compare('added', '2001:db8::1')).entries, []);
    for (const search of ['x', '999', '64.87.9.0/', '1.2.3.4.5']) {
      await assert.rejects(compare('added', search), FormatError, search);
    }
  });

  it('that are not known, or not on disk, are said as such', async () => {
    const question = { table: 'block', change: 'added', search: '', offset: 0, limit: 1 } as const;
    const unknown = host.agent.compare({ ...question, before: 1, after: times[0]! });
    await assert.rejects(unknown, FormatError);
    for (const file of readdirSync(join(folder(), 'state/policies'))) {
      rmSync(join(folder(), 'state/policies', file));
    }
    await assert.rejects(compare('added'), HostError);
    assert.deepEqual(
      (await host.agent.policies()).map(({ onDisk }) => onDisk),
      [false, false, false],
    );
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
