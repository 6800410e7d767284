/** What every firewall driver promises (`FirewallDriver` in core/ports.ts), as one suite to run on each. */
import assert from 'node:assert/strict';
import type { FirewallDriver, PolicyTables } from '../../src/core/ports.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import { setHash } from '../../src/protocol/set-hash.ts';

/** A host with a firewall, as a test sees it. */
export interface ContractHost {
  readonly driver: FirewallDriver;
  /** All that the firewall and its files hold, as text; equal text = equal host. */
  state(): Promise<string>;
  /** Changes a table behind the driver's back. */
  tamper(table: 'block' | 'allow', lines: string): Promise<void>;
  close(): Promise<void>;
}

/** Tables from lines of text, one prefix each. */
export function tables(block: string, allow = ''): PolicyTables {
  const read = (text: string) => parseTable(Buffer.from(text.replaceAll(' ', '\n') + '\n'));
  return { block: read(block), allow: read(allow) };
}

const OLD = tables('192.0.2.1 198.51.100.0/24 2001:db8::/32', '203.0.113.5');
const NEW = tables('192.0.2.2 198.51.100.0/24 2001:db8:1::1', '203.0.113.6 2001:db8:2::/48');

/** Runs the suite. @param open makes a fresh host that was never touched */
export function describeFirewallDriver(name: string, open: () => Promise<ContractHost>): void {
  describe(`the firewall driver ${name}`, () => {
    let host: ContractHost;
    beforeEach(async () => {
      host = await open();
    });
    afterEach(() => host.close());

    const apply = async (wanted: PolicyTables): Promise<void> => {
      await host.driver.apply(await host.driver.plan(wanted));
    };

    it('holds nothing on a fresh host, and says so', async () => {
      const enforced = await host.driver.verify();
      assert.deepEqual(enforced.tables, { block: null, allow: null });
      assert.equal(enforced.rulesInPlace, false);
    });

    it('plans without touching anything', async () => {
      const before = await host.state();
      const plan = await host.driver.plan(OLD);
      assert.deepEqual(
        plan.changes.map(({ table, before: held, after, added, removed }) => [
          table,
          held,
          after,
          added,
          removed,
        ]),
        [
          ['block', null, 3, 3, 0],
          ['allow', null, 1, 1, 0],
        ],
      );
      assert.equal(await host.state(), before);
    });

    it('holds exactly what was applied, in both families', async () => {
      await apply(OLD);
      const { tables: held } = await host.driver.verify();
      assert.deepEqual(held.block, { entries: 3, hash: setHash(OLD.block) });
      assert.deepEqual(held.allow, { entries: 1, hash: setHash(OLD.allow) });
    });

    it('changes nothing the second time', async () => {
      await apply(OLD);
      const before = await host.state();
      const plan = await host.driver.plan(OLD);
      assert.ok(plan.changes.every(({ added, removed }) => added + removed === 0));
      await host.driver.apply(plan);
      assert.equal(await host.state(), before);
    });

    it('counts what a new policy adds and removes, and replaces all of it', async () => {
      await apply(OLD);
      const plan = await host.driver.plan(NEW);
      assert.deepEqual(
        plan.changes.map(({ added, removed }) => [added, removed]),
        [
          [2, 2],
          [2, 1],
        ],
      );
      await host.driver.apply(plan);
      const { tables: held } = await host.driver.verify();
      assert.equal(held.block?.hash, setHash(NEW.block));
      assert.equal(held.allow?.hash, setHash(NEW.allow));
    });

    it('holds an empty table as one that exists', async () => {
      await apply(tables('192.0.2.1'));
      const { tables: held } = await host.driver.verify();
      assert.deepEqual(held.allow, { entries: 0, hash: setHash(tables('', '').allow) });
    });

    it('puts rules in and takes them out, each twice as well as once; the tables stay', async () => {
      await apply(OLD);
      await host.driver.enable();
      const enabled = await host.state();
      await host.driver.enable();
      assert.equal(await host.state(), enabled);
      assert.equal((await host.driver.verify()).rulesInPlace, true);
      await host.driver.disable();
      await host.driver.disable();
      const enforced = await host.driver.verify();
      assert.equal(enforced.rulesInPlace, false);
      assert.equal(enforced.tables.block?.entries, 3);
    });

    it('notices a table that somebody else changed, and mends it', async () => {
      await apply(OLD);
      await host.tamper('block', '192.0.2.77\n');
      const drifted = await host.driver.verify();
      assert.notEqual(drifted.tables.block?.hash, setHash(OLD.block));
      await apply(OLD);
      assert.equal((await host.driver.verify()).tables.block?.hash, setHash(OLD.block));
    });

    it('makes room where it has a limit, twice as well as once, and never less', async () => {
      await apply(OLD);
      const { before, after } = await host.driver.raiseTableLimit(500_000);
      const raised = await host.state();
      if (before === null || after === null) assert.equal(before, after);
      else assert.ok(after >= 500_000 && after >= before);
      assert.deepEqual(await host.driver.raiseTableLimit(500_000), { before: after, after });
      assert.deepEqual(await host.driver.raiseTableLimit(1), { before: after, after });
      assert.equal(await host.state(), raised);
      assert.equal((await host.driver.verify()).tables.block?.hash, setHash(OLD.block));
    });

    it('removes everything it made, also when it made nothing', async () => {
      const untouched = await host.state();
      await host.driver.remove();
      assert.equal(await host.state(), untouched);
      await apply(OLD);
      await host.driver.enable();
      await host.driver.remove();
      assert.equal(await host.state(), untouched);
    });
  });
}
