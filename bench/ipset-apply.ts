/**
 * Loads a policy into the sets of a fresh network namespace: the Linux driver, from the tables to the sets counted,
 * against a bare `ipset restore` of a prepared file with the same sets. Then a refresh of a policy that hardly changed, by
 * a new driver, as the thread for large policies has it, with the policy before on disk. Needs root.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrefixBuilder } from '../src/core/prefix-builder.ts';
import { EMPTY_TABLE, type PrefixTable } from '../src/core/prefix-list.ts';
import { toTable } from '../src/core/prefix-sort.ts';
import type { FirewallDriver, PolicyTables } from '../src/core/ports.ts';
import { writeRestore } from '../src/firewall/linux/restore-text.ts';
import { changesTo, contentsOf } from '../src/firewall/linux/set-changes.ts';
import { setHash } from '../src/protocol/set-hash.ts';
import { LinuxFirewall } from '../test/support/linux-firewall.ts';
import { median } from './support/measure.ts';
import { randomAddress4, randomWords } from './support/random.ts';
import { ms, report, type Row } from './support/report.ts';

const ROUNDS = 3;
/** Our time may be 1.3 times that of the bare command. */
const LOAD_GOAL = 0.77;
/** A refresh may take a tenth of a load. */
const REFRESH_GOAL = 10;
/** So many entries of the policy are others in the next one. */
const CHANGED = 500;

const rows: Row[] = [];
for (const entries of [400_000, 1_000_000]) rows.push(await compareLoad(entries));
rows.push(...(await compareRefresh(1_000_000)));
report('sets of Linux', ['ours', 'against'], rows);

async function compareLoad(entries: number): Promise<Row> {
  const policy = policyOf(entries, 0);
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    await onFreshHost(async (firewall) => {
      times.ours.push(await timed(() => load(firewall.driver, policy)));
      const { tables } = await firewall.driver.verify();
      if (tables.block?.hash !== setHash(policy.block)) throw new Error('the sets differ');
    });
    await onFreshHost((firewall) => {
      const file = join(firewall.folder, 'sets');
      writeFileSync(file, restoreFile(policy));
      return timed(() => bareRestore(firewall.host.name, file)).then((time) => {
        times.bare.push(time);
      });
    });
  }
  const [ours, bare] = [median(times.ours), median(times.bare)];
  const what = `load ${entries}, ipset restore`;
  return { what, values: [ms(ours), ms(bare)], figure: bare / ours, goal: LOAD_GOAL, unit: 'x' };
}

async function compareRefresh(entries: number): Promise<Row[]> {
  const rowsOf: Row[] = [];
  await onFreshHost(async (firewall) => {
    const first = policyOf(entries, 0);
    const full = await timed(() => enforce(firewall, first));
    const times: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const policy = policyOf(entries, round);
      times.push(await timed(() => enforce(firewall, policy)));
    }
    const time = median(times);
    const { tables } = await firewall.driver.verify();
    if (tables.block?.hash !== setHash(policyOf(entries, ROUNDS).block))
      throw new Error('the sets differ');
    rowsOf.push({
      what: `refresh ${entries}, ${CHANGED} changed; load`,
      values: [ms(time), ms(full)],
      figure: full / time,
      goal: REFRESH_GOAL,
      unit: 'x faster',
    });
  });
  return rowsOf;
}

async function onFreshHost(work: (firewall: LinuxFirewall) => Promise<void>): Promise<void> {
  const firewall = new LinuxFirewall();
  try {
    await work(firewall);
  } finally {
    firewall.remove();
  }
}

async function load(driver: FirewallDriver, policy: PolicyTables): Promise<void> {
  await driver.apply(await driver.plan(policy));
}

/** Kept on disk, planned, put in place and read back, by a driver that knows nothing yet. */
async function enforce(firewall: LinuxFirewall, policy: PolicyTables): Promise<void> {
  const driver = firewall.createDriver();
  for (const table of [policy.block, policy.allow]) {
    await firewall.policies.save(table, setHash(table));
  }
  await load(driver, policy);
  await driver.verify({ maxAgeMs: Infinity });
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Different addresses in 85 of 100 entries, else networks; each version has some others than the one before. */
function policyOf(entries: number, version: number): PolicyTables {
  const random = randomWords(entries);
  const list = new PrefixBuilder(4, entries);
  for (let i = 0; i < entries; i += 1) {
    const word = random();
    const address = randomAddress4(random);
    const isOther = i < CHANGED;
    list.add4(
      isOther ? address + version * 256 : address,
      word % 100 < 85 ? 32 : 20 + ((word >>> 8) % 12),
    );
  }
  const block: PrefixTable = toTable(list.toList(), EMPTY_TABLE.v6);
  return { block, allow: EMPTY_TABLE };
}

function restoreFile(policy: PolicyTables): Uint8Array {
  const changes = (['block', 'allow'] as const).flatMap((table) =>
    changesTo('TS', new Map(), contentsOf('TS', table, policy[table])),
  );
  return writeRestore(changes, []);
}

function bareRestore(host: string, file: string): void {
  const input = openSync(file, 'r');
  const { status } = spawnSync('ip', ['netns', 'exec', host, 'ipset', 'restore'], {
    stdio: [input, 'inherit', 'inherit'],
  });
  closeSync(input);
  if (status !== 0) throw new Error('ipset restore failed');
}
