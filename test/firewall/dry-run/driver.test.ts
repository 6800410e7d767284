import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../../src/core/errors.ts';
import { createDryRunDriver } from '../../../src/firewall/dry-run/driver.ts';
import { describeFirewallDriver, tables } from '../../contract/firewall-driver.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function placesIn(folder: string) {
  return {
    tables: join(folder, 'aliastables'),
    rules: join(folder, 'state', 'dry-run.rules'),
    readAllowAction: () => Promise.resolve('exempt'),
  };
}

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => `${path}\n${readFileSync(path, 'utf8')}`)
    .join('\n');
}

describeFirewallDriver('dry-run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ts-pfsense-'));
  return Promise.resolve({
    driver: createDryRunDriver(placesIn(folder)),
    state: () => Promise.resolve(filesIn(folder)),
    tamper: (table, lines) => {
      writeFileSync(join(placesIn(folder).tables, `ThreatSTOP_${table}.txt`), lines);
      return Promise.resolve();
    },
    close: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  });
});

describe('the dry run', () => {
  const folder = temporaryFolder();
  const blockFile = () => join(placesIn(folder()).tables, 'ThreatSTOP_block.txt');

  it('writes one prefix a line, single addresses without a length', async () => {
    const driver = createDryRunDriver(placesIn(folder()));
    await driver.apply(await driver.plan(tables('64.87.3.133 198.51.100.0/24 2001:db8::1')));
    assert.equal(readFileSync(blockFile(), 'utf8'), '64.87.3.133\n198.51.100.0/24\n2001:db8::1\n');
    assert.equal(statSync(blockFile()).mode & 0o777, 0o644);
  });

  it('says which file and line somebody damaged, and replaces it', async () => {
    const driver = createDryRunDriver(placesIn(folder()));
    await driver.apply(await driver.plan(tables('192.0.2.1')));
    writeFileSync(blockFile(), '192.0.2.1\nnonsense\n');
    const { tables: held, problems } = await driver.verify();
    assert.equal(held.block, null);
    assert.match(problems[0]?.message ?? '', /ThreatSTOP_block\.txt.*line 2/);
    await driver.apply(await driver.plan(tables('192.0.2.1')));
    assert.deepEqual((await driver.verify()).problems, []);
  });

  it('keeps both tables byte for byte when the disk is full', async () => {
    const disk = mountSmallDisk(folder(), 128);
    try {
      const driver = createDryRunDriver(placesIn(disk.folder));
      await driver.apply(await driver.plan(tables('192.0.2.1', '192.0.2.9')));
      const before = filesIn(placesIn(disk.folder).tables);
      disk.fill();
      const many = Array.from({ length: 5000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`).join(' ');
      const plan = await driver.plan(tables(many, '192.0.2.8'));
      await assert.rejects(driver.apply(plan), HostError);
      assert.equal(filesIn(placesIn(disk.folder).tables), before);
    } finally {
      disk.unmount();
    }
  });
});
