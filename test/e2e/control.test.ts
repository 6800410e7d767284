import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { emptyList, type PrefixTable } from '../../src/core/prefix-list.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import type { Portal } from '../../src/portal/portal.ts';
import { startPolicyServer } from '../support/policy-server.ts';
import { table } from '../support/prefixes.ts';
import { printed, spawnProgram, tsadmin, tsadminJson } from '../support/programs.ts';
import { startPortal } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

/** What `status` tells of the tasks that a service begins with. */
interface FirstTasks {
  readonly refresh: { readonly last: { readonly actor: string } | null };
  readonly upload: { readonly last: unknown };
}

/** Large enough that it is applied for a while, in a thread. */
function largeTable(): PrefixTable {
  const entries = new PrefixBuilder(4);
  for (let n = 0; n < 120_000; n += 1) entries.add4(0x64400000 + n, 32);
  return toTable(entries.toList(), emptyList(6));
}

describe('tsadmin and a running service', () => {
  const folder = temporaryFolder();
  const root = () => join(folder(), 'host');
  let portal: Portal;
  let service: ChildProcess | null = null;

  beforeEach(async () => {
    portal = await startPortal(join(folder(), 'portal'));
    const { policy } = portal.addresses;
    const added = await tsadmin(
      root(),
      ...['add', '--silent', '--device_id=tdid_abcd1234', '--skip_checkvalidip'],
      ...['--block_list=basic.threatstop.local', '--allow_list=dns.threatstop.local'],
      ...[`--dns_server=${policy.host}`, `--port=${policy.port}`],
    );
    assert.equal(added.code, 0, added.stderr);
  });
  afterEach(async () => {
    if (service !== null && service.exitCode === null && service.signalCode === null) {
      service.kill('SIGKILL');
      await once(service, 'exit');
    }
    service = null;
    await portal.close();
  });

  async function startService(): Promise<ChildProcess> {
    service = spawnProgram('ts-service', [], { TS_ROOT: root(), TS_PLATFORM: 'dry-run' });
    await printed(service, /the page is on/, 'stderr');
    return service;
  }

  function firstTasks(): Promise<void> {
    return until('its first tasks are over', async () => {
      const { refresh, upload } = (await tsadminJson(root(), 'status')) as FirstTasks;
      return refresh.last?.actor === 'schedule' && upload.last !== null;
    });
  }

  it('works through the service while it runs, and by itself when it does not', async () => {
    const running = await startService();
    const socket = join(root(), 'var/run/threatstop-control.sock');
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    assert.equal((await tsadmin(root(), 'enable')).code, 0);
    const wrong = await tsadmin(root(), 'lookup', '1.2.3.4/99', '--json');
    assert.equal(wrong.code, 1);
    assert.equal((JSON.parse(wrong.stderr) as { kind: string }).kind, 'FormatError');

    running.kill('SIGTERM');
    await once(running, 'exit');
    assert.equal(existsSync(socket), false);
    const disabled = await tsadmin(root(), 'disable');
    assert.deepEqual([disabled.code, disabled.stderr], [0, '']);
    assert.match(disabled.stdout, /now disabled/);
  });

  it('enable, disable and remove work beside a service that was killed or hangs; the rest says so', async () => {
    const hanging = await startService();
    // One that hangs in the middle of a task holds its lock, too: then others wait for it.
    await firstTasks();
    hanging.kill('SIGSTOP');
    const updated = await tsadmin(root(), 'update');
    assert.equal(updated.code, 1);
    assert.match(updated.stderr, /running and does not answer/);
    assert.match((await tsadmin(root(), 'enable')).stdout, /now enabled/);
    const { protection } = (await tsadminJson(root(), 'status')) as {
      protection: { state: string };
    };
    assert.equal(protection.state, 'dry-run');
    assert.match((await tsadmin(root(), 'disable')).stdout, /now disabled/);

    hanging.kill('SIGKILL');
    await once(hanging, 'exit');
    assert.equal((await tsadmin(root(), 'remove', '--silent')).code, 0);
    assert.equal((await tsadmin(root(), 'show')).stdout.includes('not set up'), true);
  });

  it('disable ends a service that hangs while it changes the firewall', async () => {
    const policies = await startPolicyServer();
    try {
      policies.serve(largeTable(), table('203.0.113.9'));
      const hanging = await startService();
      await firstTasks();
      assert.equal((await tsadmin(root(), 'enable')).code, 0);
      const { port } = policies;
      const moved = await tsadmin(root(), 'config', 'set', 'dns_server=127.0.0.1', `port=${port}`);
      assert.equal(moved.code, 0, moved.stderr);
      const ended = once(hanging, 'exit');
      const update = tsadmin(root(), 'update');
      const holder = join(root(), 'var/db/threatstop/firewall.lock.holder');
      await until('the service changes the firewall', () => {
        if (!existsSync(holder)) return false;
        hanging.kill('SIGSTOP');
        // A lock is let go after its name: while the name is there, the lock is held.
        if (existsSync(holder)) return true;
        hanging.kill('SIGCONT');
        return false;
      });

      const disabled = await tsadmin(root(), 'disable');
      assert.equal(disabled.code, 0, disabled.stderr);
      assert.match(
        disabled.stdout,
        /now disabled\. Another task kept the firewall for 10 s: applying a policy \(process \d+, since .*\)\. Its process was ended\./,
      );
      assert.equal((await ended)[1], 'SIGKILL');
      assert.equal((await update).code, 1);
      const { protection } = (await tsadminJson(root(), 'status')) as {
        protection: { state: string };
      };
      assert.equal(protection.state, 'disabled');
    } finally {
      await policies.stop();
    }
  });

  it('disable works while a process hangs in the middle of a change of the database', async () => {
    await tsadmin(root(), 'update');
    await tsadmin(root(), 'enable');
    const database = new Sqlite(join(root(), 'var/db/threatstop/agent.sqlite'));
    database.exec('BEGIN IMMEDIATE');
    const disabled = await tsadmin(root(), 'disable');
    database.close();
    assert.match(disabled.stdout, /now disabled/, disabled.stderr);
  });
}).timeout(60_000);
