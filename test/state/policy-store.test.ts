import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PolicyTables } from '../../src/core/ports.ts';
import { createPolicyStore } from '../../src/state/policy-store.ts';
import { summaryOf } from '../../src/tasks/apply-policy.ts';
import { tables } from '../contract/firewall-driver.ts';
import { prefixTexts, table } from '../support/prefixes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const policyOf = ({ block, allow }: PolicyTables) => ({
  tables: { block: summaryOf(block), allow: summaryOf(allow) },
  listTables: { block: [], allow: [] },
});

describe('the tables kept on disk', () => {
  const folder = temporaryFolder();
  const POLICY = tables('64.87.3.133 2001:db8::/32', '203.0.113.5');
  const NEXT = tables('192.0.2.1', '203.0.113.5');
  const save = async (wanted: PolicyTables) => {
    const store = createPolicyStore(folder());
    await store.save(wanted.block, summaryOf(wanted.block).hash);
    await store.save(wanted.allow, summaryOf(wanted.allow).hash);
  };
  const load = (wanted: PolicyTables) => createPolicyStore(folder()).load(policyOf(wanted));

  it('are read back as they were saved, also when one is empty', async () => {
    assert.equal(await load(POLICY), null);
    for (const wanted of [POLICY, NEXT, tables('', '')]) {
      await save(wanted);
      assert.deepEqual(await load(wanted), wanted);
    }
    assert.deepEqual(await load(POLICY), POLICY);
  });

  it('are read back when they are longer than one piece', async () => {
    const many = Array.from(
      { length: 70_000 },
      (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
    );
    const wanted = { block: table(...many, '2001:db8::/32'), allow: table() };
    await save(wanted);
    assert.deepEqual(await load(wanted), wanted);
  });

  it('are read back whatever they hold', async () => {
    const anyTable = fc
      .tuple(prefixTexts(4), prefixTexts(6))
      .map(([v4, v6]) => table(...v4, ...v6));
    await fc.assert(
      fc.asyncProperty(anyTable, anyTable, async (block, allow) => {
        await save({ block, allow });
        assert.deepEqual(await load({ block, allow }), { block, allow });
      }),
      { numRuns: 30 },
    );
  });

  it('have the SHA-256 of their file as name', async () => {
    await save(POLICY);
    for (const name of readdirSync(folder())) {
      const bytes = readFileSync(join(folder(), name));
      assert.equal(`${createHash('sha256').update(bytes).digest('hex')}.table`, name);
    }
  });

  it('are none when any byte changed or is missing', async () => {
    await save(POLICY);
    const path = join(folder(), `${policyOf(POLICY).tables.block.hash}.table`);
    const good = readFileSync(path);
    for (let position = 0; position < good.length; position++) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(position) ^ 1, position);
      writeFileSync(path, bad);
      assert.equal(await load(POLICY), null, `byte ${position}`);
      writeFileSync(path, good.subarray(0, position));
      assert.equal(await load(POLICY), null, `cut at ${position}`);
    }
    writeFileSync(path, Buffer.concat([good, good]));
    assert.equal(await load(POLICY), null);
  });

  it('go when they are damaged, and no others', async () => {
    const store = createPolicyStore(folder());
    assert.equal(await store.dropDamaged(policyOf(POLICY)), 0, 'what is missing is not damaged');
    await save(POLICY);
    assert.equal(await store.dropDamaged(policyOf(POLICY)), 0);
    const path = join(folder(), `${policyOf(POLICY).tables.block.hash}.table`);
    const bytes = readFileSync(path);
    for (let position = 0; position < bytes.length; position += 1) {
      const bad = Buffer.from(bytes);
      bad.writeUInt8(bad.readUInt8(position) ^ 1, position);
      writeFileSync(path, bad);
      assert.equal(await store.dropDamaged(policyOf(POLICY)), 1, `byte ${position}`);
      assert.equal(await store.has(policyOf(POLICY)), false);
    }
    await save(POLICY);
    assert.equal(await store.dropDamaged(policyOf(POLICY)), 0);
    assert.deepEqual(await load(POLICY), POLICY);
  });

  it('have those of the lists beside them', async () => {
    const list = table('192.0.2.7');
    const hash = summaryOf(list).hash;
    const one = { name: 'a.list', ...summaryOf(list) };
    const policy = { ...policyOf(POLICY), listTables: { block: [one], allow: [] } };
    const store = createPolicyStore(folder());
    await save(POLICY);
    assert.equal(await store.has(policy), false);
    await store.save(list, hash);
    assert.equal(await store.has(policy), true);
    await store.keepOnly([policy]);
    assert.deepEqual(await store.loadTable(hash), list);
    await store.keepOnly([policyOf(POLICY)]);
    assert.equal(await store.loadTable(hash), null);
  });

  it('go when no policy needs them, with what killed runs left', async () => {
    await save(POLICY);
    await save(NEXT);
    writeFileSync(join(folder(), '.x.tmp'), 'half');
    const store = createPolicyStore(folder());
    await store.keepOnly([policyOf(NEXT)]);
    assert.equal(readdirSync(folder()).length, 2);
    assert.equal(await load(POLICY), null);
    assert.deepEqual(await load(NEXT), NEXT);
    await store.clear();
    assert.deepEqual(readdirSync(folder()), []);
  });
});
