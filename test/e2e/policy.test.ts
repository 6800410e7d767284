import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startKnot } from '../support/knot.ts';
import { startNamed } from '../support/named.ts';
import { aplLine, aplList, feedAddresses, ZONE, zoneText } from '../support/policy-zone.ts';
import { tsadmin, tsadminJson } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const linesOf = (root: string, table: 'block' | 'allow'): string[] =>
  readFileSync(join(root, `var/db/aliastables/ThreatSTOP_${table}.txt`), 'utf8')
    .trimEnd()
    .split('\n');

const addManual = (root: string, port: number) =>
  tsadmin(
    root,
    'add',
    '--silent',
    '--skip_checkvalidip',
    '--device_id=tdid_abcd1234',
    `--block_list=basic.${ZONE}`,
    `--allow_list=dns.${ZONE}`,
    '--dns_server=127.0.0.1',
    `--port=${port}`,
  );

describe('a policy of a real BIND', () => {
  const folder = temporaryFolder();

  it('arrives in the table file line for line, 120,430 addresses of a real feed', async () => {
    const feed = feedAddresses();
    assert.equal(feed.length, 120_430);
    const zone = zoneText(1, [...aplList('basic', feed, 4000), aplLine('dns', ['192.0.2.53'])]);
    const named = await startNamed(ZONE, zone);
    try {
      const { code, stderr } = await addManual(folder(), named.port);
      assert.equal(code, 0, stderr);
      assert.deepEqual(linesOf(folder(), 'block').toSorted(), feed.toSorted());
      assert.deepEqual(linesOf(folder(), 'allow'), ['192.0.2.53']);
      const again = await tsadmin(folder(), 'update');
      assert.equal(again.code, 0);
      assert.match(again.stdout, /up to date/);
    } finally {
      await named.stop();
    }
  });

  it('has the allow list taken out of the block list, in both families, and APL exclusions out of the list', async () => {
    const lines = [
      aplLine('basic', ['64.87.3.133', '203.0.113.0/30', '!203.0.113.3', '2001:db8::/126']),
      aplLine('dns', ['203.0.113.1', '2001:db8::2/127']),
    ];
    const named = await startNamed(ZONE, zoneText(7, lines));
    try {
      const { code, stderr } = await addManual(folder(), named.port);
      assert.equal(code, 0, stderr);
      assert.deepEqual(linesOf(folder(), 'block'), [
        '64.87.3.133',
        '203.0.113.0',
        '203.0.113.2',
        '2001:db8::/127',
      ]);
      const status = (await tsadminJson(folder(), 'status')) as {
        policy: { version: string };
        enforced: { tables: { block: { entries: number } } };
      };
      assert.equal(status.policy.version, `${ZONE}=7`);
      assert.equal(status.enforced.tables.block.entries, 4);
    } finally {
      await named.stop();
    }
  });
});

describe('a policy of a real Knot', () => {
  const folder = temporaryFolder();

  it('arrives in the table file', async () => {
    const block = feedAddresses().slice(0, 20_000);
    const zone = zoneText(1, [...aplList('basic', block, 4000), aplLine('dns', ['192.0.2.53'])]);
    const knot = await startKnot(ZONE, zone);
    try {
      const { code, stderr } = await addManual(folder(), knot.port);
      assert.equal(code, 0, stderr);
      assert.deepEqual(linesOf(folder(), 'block').toSorted(), block.toSorted());
    } finally {
      await knot.stop();
    }
  });
});
