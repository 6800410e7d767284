import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BusyError, PolicyError } from '../../src/core/errors.ts';
import { emptyList, EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { resolveSettings } from '../../src/config/settings.ts';
import { enforceBySize } from '../../src/main/enforce-in-worker.ts';
import { openPolicyPorts } from '../../src/main/open-policy-ports.ts';
import { fromAnswer, toAnswer } from '../../src/main/worker-answer.ts';
import { noReport } from '../../src/tasks/progress.ts';
import { MANUAL } from '../support/agent-host.ts';
import { table } from '../support/prefixes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LINES = Array.from(
  { length: 110_000 },
  (_, n) => `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`,
);

describe('a large policy', () => {
  const folder = temporaryFolder();

  /** An order of some addresses, as it comes from the fetch. */
  const orderOf = (lines: readonly string[], settings = MANUAL) => ({
    fetched: {
      version: 'z=1',
      block: [{ name: 'basic', include: table('64.87.3.133', ...lines), exclude: EMPTY_TABLE }],
      allow: [],
    },
    settings: resolveSettings(settings, null).values,
    guard: [],
    accept: false,
  });
  const open = async () => {
    const location = { root: folder(), platform: 'dry-run' } as const;
    const { ports, database } = openPolicyPorts(location);
    await ports.settingsStore.write(MANUAL);
    const refuse = () => Promise.reject(new Error('not in this thread'));
    const inline = { policy: refuse, exemptions: refuse };
    const { policy: enforce, exemptions } = enforceBySize(location, inline);
    return { enforce, exemptions, ports, close: () => database.close() };
  };

  it('is enforced in a thread, and the shared empty table is still there', async () => {
    const { enforce, ports, close } = await open();
    const steps: string[] = [];
    const { changes } = await enforce(orderOf(LINES), (step) => void steps.push(step));
    assert.deepEqual(steps, [
      'compiling the policy',
      'comparing it with the firewall',
      'keeping it on disk',
      'applying it to the firewall',
      'reading it back',
    ]);
    assert.equal(changes?.[0]?.after, 110_001);
    assert.equal(ports.history.current()?.version, 'z=1');
    const file = join(folder(), 'var/db/aliastables/ThreatSTOP_block.txt');
    assert.equal(readFileSync(file, 'utf8'), `64.87.3.133\n${LINES.join('\n')}\n`);
    assert.deepEqual(EMPTY_TABLE.v4, emptyList(4));
    const again = await enforce(orderOf(LINES), noReport);
    assert.equal(again.changes?.[0]?.added, 0);
    close();
  });

  it('gets its exemptions in a thread as well', async () => {
    const { enforce, exemptions, ports, close } = await open();
    const order = orderOf(LINES);
    const { settings, guard } = order;
    await enforce(order, noReport);
    const one = { action: 'allow', prefix: '64.87.3.133', until: null } as const;
    ports.exemptions.save({ ...one, created: 1, actor: 'test' });
    const policy = ports.history.current();
    assert.ok(policy !== null);
    await exemptions({ settings, guard }, policy);
    const file = join(folder(), 'var/db/aliastables/ThreatSTOP_block.txt');
    assert.equal(readFileSync(file, 'utf8'), `${LINES.join('\n')}\n`);
    assert.equal(ports.history.current()?.tables.block.entries, 110_000);
    const small = {
      ...policy,
      tables: { block: { entries: 9, hash: '' }, allow: { entries: 0, hash: '' } },
    };
    await assert.rejects(exemptions({ settings, guard }, small), /not in this thread/);
    await ports.policyStore.clear();
    await assert.rejects(
      exemptions({ settings, guard }, policy).then(() => {
        ports.exemptions.clear();
        return exemptions({ settings, guard }, policy);
      }),
      (error) => error instanceof PolicyError && /tsadmin update/.test(error.remedy),
    );
    close();
  });

  it('fails there with the error it would have here', async () => {
    const { enforce, close } = await open();
    const other = orderOf(LINES, { ...MANUAL, block_list: 'other.threatstop.local' });
    await assert.rejects(
      enforce(other, noReport),
      (error) => error instanceof PolicyError && error.remedy === 'Update again.',
    );
    close();
  });

  it('small ones stay in this thread', async () => {
    const { enforce, close } = await open();
    await assert.rejects(enforce(orderOf(['192.0.2.1']), noReport), /not in this thread/);
    close();
  });
});

describe('the answer of a thread', () => {
  it('keeps class, message and remedy of an error', async () => {
    const answer = await toAnswer(() => Promise.reject(new BusyError('busy', { remedy: 'Wait.' })));
    assert.throws(
      () => fromAnswer(structuredClone(answer)),
      (error) => error instanceof BusyError && error.remedy === 'Wait.' && error.message === 'busy',
    );
  });

  it('does not hide a fault of the program', async () => {
    await assert.rejects(
      toAnswer(() => Promise.reject(new RangeError('oops'))),
      RangeError,
    );
  });
});
