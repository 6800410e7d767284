/** The OpenBSD driver, killed at each command of pfctl: pf.conf always loads, and the next run ends where it should. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenbsdDriver } from '../../../src/firewall/openbsd/driver.ts';
import type { FirewallDriver } from '../../../src/core/ports.ts';
import { tables } from '../../contract/firewall-driver.ts';
import { createFakeOpenbsd, PF_CONF, type FakeOpenbsd } from '../../support/fake-openbsd.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const OLD = tables('198.51.100.1 2001:db8::/32', '203.0.113.1');
const NEW = tables('198.51.100.2 198.51.100.3', '203.0.113.2');
const DONE = 'done';

/** What an administrator has done; each step, killed, is done again. */
const STEPS: Readonly<Record<string, (driver: FirewallDriver) => Promise<unknown>>> = {
  apply: async (driver) => driver.apply(await driver.plan(NEW)),
  enable: (driver) => driver.enable(),
  raise: (driver) => driver.raiseTableLimit(400_000),
  disable: (driver) => driver.disable(),
  remove: (driver) => driver.remove(),
};

/** What is in place before the step. */
async function prepare(openbsd: FakeOpenbsd, step: string): Promise<void> {
  const driver = createOpenbsdDriver(openbsd);
  await driver.apply(await driver.plan(OLD));
  if (step === 'disable' || step === 'remove') await driver.enable();
}

describe('the OpenBSD driver, killed', () => {
  const folder = temporaryFolder();

  for (const [name, step] of Object.entries(STEPS)) {
    it(`at any command of "${name}" leaves a pf.conf that loads, and is mended by the same again`, async () => {
      let finished = false;
      for (let last = 1; !finished; last += 1) {
        for (const when of ['before', 'after'] as const) {
          const at = join(folder(), `${name}-${last}-${when}`);
          mkdirSync(at);
          const openbsd = createFakeOpenbsd(at);
          await prepare(openbsd, name);
          finished = await runUntil(openbsd, step, { last, when });
          await checkBoot(openbsd);
          await step(createOpenbsdDriver(openbsd));
          await checkEnd(openbsd, name);
        }
      }
    });
  }

  it('or out of disk space leaves pf.conf and the rules as they were', async () => {
    const disk = mountSmallDisk(folder(), 128);
    try {
      const openbsd = createFakeOpenbsd(disk.folder);
      const driver = createOpenbsdDriver(openbsd);
      await driver.apply(await driver.plan(OLD));
      const before = openbsd.state();
      disk.fill();
      await assert.rejects(driver.enable(), { name: 'HostError' });
      assert.equal(openbsd.state(), before);
    } finally {
      disk.unmount();
    }
  });
});

/** Runs the step up to its last command; the process is gone then, so nothing is cleaned up. Returns whether it came to its end. */
async function runUntil(
  openbsd: FakeOpenbsd,
  step: (driver: FirewallDriver) => Promise<unknown>,
  { last, when }: { readonly last: number; readonly when: 'before' | 'after' },
): Promise<boolean> {
  let count = 0;
  let kill = (): void => undefined;
  const killed = new Promise<void>((resolve) => (kill = resolve));
  const run: FakeOpenbsd['run'] = async (argv, options) => {
    count += 1;
    if (count >= last) {
      if (when === 'after' && count === last) await openbsd.run(argv, options);
      kill();
      await new Promise(() => undefined);
    }
    return openbsd.run(argv, options);
  };
  const working = step(createOpenbsdDriver({ ...openbsd, run })).then(() => DONE);
  return (await Promise.race([working, killed])) === DONE;
}

/** What pf would do at the next boot: load pf.conf, with the tables from their files. */
async function checkBoot(openbsd: FakeOpenbsd): Promise<void> {
  const { stderr } = await openbsd.run(['/sbin/pfctl', '-nf', openbsd.rules], {
    acceptExitCodes: [0, 1],
  });
  assert.equal(stderr, '');
}

async function checkEnd(openbsd: FakeOpenbsd, step: string): Promise<void> {
  const enforced = await createOpenbsdDriver(openbsd).verify();
  const text = readFileSync(openbsd.rules, 'utf8');
  assert.equal(enforced.rulesInPlace, step === 'enable');
  if (step === 'apply') assert.equal(enforced.tables.block?.entries, 2);
  if (step === 'disable') assert.equal(text, PF_CONF);
  if (step === 'raise') assert.match(text, /^set limit table-entries 400000 # ThreatSTOP\n/);
  if (step !== 'remove') return;
  assert.deepEqual(enforced.tables, { block: null, allow: null });
  assert.equal(text, PF_CONF);
}
