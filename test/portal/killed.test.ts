import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../../src/core/prefix-text.ts';
import { addPolicy } from '../../src/portal/model/policies.ts';
import { publishPolicy, publishedTables } from '../../src/portal/model/publish.ts';
import { saveUserTable } from '../../src/portal/model/user-lists.ts';
import { dataOf } from '../../src/portal/zone/record-set.ts';
import { readName } from '../../src/protocol/dns-name.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { systemClock } from '../../src/system/clock.ts';
import { openStore, type Store } from '../../src/portal/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { versionOf } from '../support/publishing.ts';

const CHILD = fileURLToPath(new URL('../support/publish-child.ts', import.meta.url));
const ROUNDS = 6;

describe('a portal that is killed while it publishes', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('has one version, whole: lists, serial and policy; what it has told is not lost', async () => {
    const store = openStore(folder());
    const change = { store, clock: systemClock, actor: 'test' };
    saveUserTable(change, 'block', versionOf(0).block);
    saveUserTable(change, 'allow', versionOf(0).allow);
    addPolicy(change, 'killed', { block: ['block'], allow: ['allow'], publish: 'manual' });
    publishPolicy(change, 'killed');
    store.close();
    let next = 1;
    for (let round = 0; round < ROUNDS; round += 1) {
      const told = await publishUntilKilled(folder(), next, 20 + round * 37);
      const after = openStore(folder());
      try {
        next = assertWhole(after, told) + 1;
      } finally {
        after.close();
      }
    }
  });
});

/** Lets it publish some versions, then kills it a little later. @returns the last version it told, and its serial */
async function publishUntilKilled(stateDir: string, first: number, laterMs: number) {
  const args = ['--disable-warning=ExperimentalWarning', CHILD, stateDir, String(first)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), laterMs);
    text += chunk;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  const lines = text.split('\n').slice(0, -1);
  const [version = 0, serial = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
  assert.ok(version >= first);
  return { version, serial };
}

/** @returns the version that is published */
function assertWhole(store: Store, told: { version: number; serial: number }): number {
  const policy = store.policies.get('killed');
  assert.ok(policy);
  const { block, allow } = publishedTables(store, 'killed');
  const octet = (allow.v4.words[0] ?? 0) & 255;
  assert.ok(octet >= told.version % 256);
  assert.deepEqual(formatTable(block), formatTable(versionOf(octet).block));
  assert.ok(store.zone.serial() >= told.serial);
  assert.equal(policy.serial, store.zone.serial());
  assert.deepEqual(
    store.zone
      .lists()
      .map(({ serial }) => serial)
      .filter((serial) => serial > policy.serial!),
    [],
  );
  for (const set of store.zone.setsOf(policy.blockList).filter(({ type }) => type === TYPE.PTR)) {
    const pieces = [...dataOf(set)].map((rdata) => store.zone.find(readName(rdata, 0), TYPE.APL));
    assert.ok(pieces.length > 1 && pieces.every((piece) => piece !== null));
  }
  assert.ok(store.zone.changed(store.zone.oldest(), store.zone.serial()).length > 0);
  return octet;
}
