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
});

describe('the tables kept on disk', () => {
  const folder = temporaryFolder();
  const POLICY = tables('64.87.3.133 2001:db8::/32', '203.0.113.5');
  const NEXT = tables('192.0.2.1', '203.0.113.5');
  const save = async (wanted: PolicyTables) => {
    await createPolicyStore(folder()).save(wanted, policyOf(wanted).tables);
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
