import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/portal/store.ts';
import { dig } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { batchOf, sha256, upload, type TestBatch } from '../support/upload-client.ts';

const PROGRAM = fileURLToPath(new URL('../../src/main/portal.ts', import.meta.url));

interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('ts-portal', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let servers: ChildProcess[] = [];
  afterEach(() => {
    for (const server of servers) server.kill('SIGKILL');
    servers = [];
  });

  const start = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      PROGRAM,
      ...args,
    ]);
    servers.push(child);
    return child;
  };
  const run = async (...args: readonly string[]): Promise<Output> => {
    const child = start(...args);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    await once(child, 'close');
    return { ...output, code: child.exitCode };
  };
  const serve = async (): Promise<{ child: ChildProcess; text: string }> => {
    const child = start('serve', '--state', folder());
    let text = '';
    for await (const chunk of child.stdout ?? []) {
      text += String(chunk);
      if (text.includes('The portal is ready.')) break;
    }
    return { child, text };
  };
  const intakeOf = (text: string): string => /^intake +(\S+)$/m.exec(text)?.[1] ?? '';

  it('ends with 2 and a hint for wrong usage, with 0 for help', async () => {
    const wrong = [
      [],
      ['nonsense'],
      ['serve'],
      ['serve', '--state', folder(), '--policy-port', 'x'],
    ];
    for (const args of [
      ...wrong,
      ['list', 'set', '--state', folder(), 'name'],
      ['serve', '--bad'],
    ]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /See "ts-portal help"/);
    }
    const { code, stdout } = await run('help');
    assert.equal(code, 0);
    assert.match(stdout, /ts-portal serve \[--host/);
  });

  it('ends with 1 and the reason when it fails', async () => {
    const early = await run('device', 'add', '--state', folder());
    assert.deepEqual([early.code, early.stdout], [1, '']);
    assert.match(early.stderr, /was not started yet/);
    const list = join(folder(), 'list.txt');
    writeFileSync(list, '192.0.2.1\nnonsense\n');
    const bad = await run('list', 'set', '--state', folder(), 'own', list);
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /line 2\b/i);
  });

  it('adds devices and lists while it serves, and ends with 0 when it is asked to', async () => {
    const { child, text } = await serve();
    const added = await run('device', 'add', '--state', folder(), '--nickname', 'fw1');
    assert.equal(added.code, 0);
    const [, id = '', key = ''] = /device id +(\S+)\nauto key +(\S+)\n/.exec(added.stdout) ?? [];
    assert.match(added.stdout, new RegExp(`^tsadmin add --type=auto --device_id=${id} `, 'm'));
    const settingsPort = Number(/^settings +\S+ port (\d+)/m.exec(text)?.[1]);
    const settings = await dig(
      settingsPort,
      '+tls',
      '-y',
      `hmac-sha256:${id}:${key}`,
      'TXT',
      `${id}.config.threatstop.local`,
    );
    assert.match(settings.answers[0] ?? '', /"nickname=fw1"/);

    const list = join(folder(), 'list.txt');
    writeFileSync(list, '# ours\n192.0.2.1\n2001:db8::/32\n');
    const set = await run('list', 'set', '--state', folder(), 'own', list);
    assert.equal(set.stdout, 'list own: 2 entries\n');
    const policy = await run('policy', 'add', '--state', folder(), 'own', '--block', 'own');
    assert.match(policy.stdout, /2 entries to block, 0 to allow: published, serial \d{10}\n$/);
    const policyPort = Number(/^policy +\S+ port (\d+)/m.exec(text)?.[1]);
    const apl = await dig(policyPort, '+tcp', 'APL', 'own.threatstop.local');
    assert.deepEqual(apl.answers, [
      'own.threatstop.local. 300 IN APL 1:192.0.2.1/32 2:2001:db8::/32',
    ]);

    const second = await run('serve', '--state', folder());
    assert.equal(second.code, 1);
    assert.match(second.stderr, /another task is running: ts-portal serve/);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
  });

  it('loses no batch that it has acknowledged when it is killed at any moment', async () => {
    let { child, text } = await serve();
    const { stdout } = await run('device', 'add', '--state', folder());
    const [, id = '', autoKey = ''] = /device id +(\S+)\nauto key +(\S+)\n/.exec(stdout) ?? [];
    const url = intakeOf(text);
    const batches = Array.from({ length: 60 }, (_, i) =>
      batchOf(id, `line of batch ${i}\n`.repeat(500)),
    );
    const acknowledged = new Set<TestBatch>();
    for (let kill = 1; kill <= 3; kill += 1) {
      const sending = batches.map(async (batch) => {
        const { status } = await upload(url, { id, autoKey }, batch);
        assert.ok(status === 200 || status === 409, `status ${status}`);
        acknowledged.add(batch);
        if (acknowledged.size >= kill * 12) child.kill('SIGKILL');
      });
      await Promise.allSettled(sending);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      assert.ok(acknowledged.size >= kill * 12);
      assertStored(acknowledged, id);
      ({ child, text } = await serve());
      assert.equal(intakeOf(text), url);
      assert.deepEqual(readdirSync(join(folder(), 'intake', 'incoming')), []);
    }
    for (const batch of batches) await upload(url, { id, autoKey }, batch);
    assertStored(new Set(batches), id);
    assert.deepEqual(countsOf(id), { batches: 60, lines: 30_000, gaps: 0 });
  });

  function countsOf(deviceId: string) {
    const store = openStore(folder());
    try {
      return store.batches.counts(deviceId);
    } finally {
      store.close();
    }
  }

  function assertStored(batches: ReadonlySet<TestBatch>, deviceId: string): void {
    const store = openStore(folder());
    try {
      for (const { fields } of batches) {
        const { batch_id: batchId = '', sha256: hash = '' } = fields;
        assert.equal(store.batches.sha256(deviceId, batchId), hash);
        const file = readFileSync(join(folder(), 'intake', deviceId, `${batchId}.gz`));
        assert.equal(sha256(file), hash);
      }
    } finally {
      store.close();
    }
  }
});
