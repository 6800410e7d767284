import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { createHostProbe } from '../../src/system/host-probe.ts';
import { runCommand, type RunCommand } from '../../src/system/run-command.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('host probe', () => {
  const folder = temporaryFolder();

  it('tells the room of the disk a folder will be on, also before it is there', async () => {
    const disk = mountSmallDisk(folder(), 512);
    try {
      const probe = createHostProbe(runCommand, join(disk.folder, 'var/state'));
      assert.equal(await probe.freeBytes(probe.stateFolder), 512 * 1024);
      disk.fill();
      assert.equal(await probe.freeBytes(probe.stateFolder), 0);
    } finally {
      disk.unmount();
    }
  });

  it('tells size and age of a file, null when there is none, and an error when it cannot be read', async () => {
    const probe = createHostProbe(runCommand, folder());
    const path = join(folder(), 'filter.log');
    assert.equal(await probe.fileState(path), null);
    writeFileSync(path, 'line\n');
    const state = await probe.fileState(path);
    assert.equal(state?.size, 5);
    assert.ok(Math.abs(state.changed - Date.now()) < 60_000);
    const closed = join(folder(), 'closed');
    mkdirSync(closed, { mode: 0o700 });
    process.seteuid?.(65_534);
    try {
      await assert.rejects(probe.fileState(join(closed, 'filter.log')), HostError);
    } finally {
      process.seteuid?.(0);
    }
  });

  for (const [program, text, synced] of [
    ['timedatectl', 'yes\n', true],
    ['timedatectl', 'no\n', false],
    ['chronyc', 'Reference ID : 00000000 ()\nLeap status     : Not synchronised\n', false],
    ['chronyc', 'Stratum : 3\nLeap status     : Normal\n', true],
    ['ntpq', 'associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,\n', true],
    ['ntpq', 'associd=0 status=c016 leap_alarm, sync_unspec, 1 event, restart,\n', false],
    ['ntpctl', '4/4 peers valid, clock synced, stratum 3\n', true],
    ['ntpctl', '0/4 peers valid, clock unsynced\n', false],
  ] as const) {
    it(`reads ${program}: ${synced ? 'synced' : 'not synced'}`, async () => {
      const run: RunCommand = ([name]) =>
        name === program
          ? Promise.resolve({ stdout: text, stderr: '', exitCode: 0 })
          : Promise.reject(new HostError('no such program'));
      assert.equal(await createHostProbe(run, '/').isTimeSynced(), synced);
    });
  }

  it('does not know whether the clock is right where no program tells', async () => {
    const run: RunCommand = () => Promise.reject(new HostError('no such program'));
    assert.equal(await createHostProbe(run, '/').isTimeSynced(), null);
  });
});
