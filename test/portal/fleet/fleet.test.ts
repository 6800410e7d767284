import assert from 'node:assert/strict';
import { fleetOf, updateFleetProblems, type Fleet } from '../../../src/portal/fleet/fleet.ts';
import { readBeacon } from '../../../src/portal/fleet/read-beacon.ts';
import { updateWanted } from '../../../src/portal/fleet/wanted.ts';
import { addDevice, retireDevice } from '../../../src/portal/model/devices.ts';
import { parseTable } from '../../../src/core/prefix-text.ts';
import { addPolicy } from '../../../src/portal/model/policies.ts';
import { publishPolicy } from '../../../src/portal/model/publish.ts';
import { saveUserTable } from '../../../src/portal/model/user-lists.ts';
import { openStore, type Store } from '../../../src/portal/store.ts';
import { portalCommand } from '../../support/portal-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const MINUTE_MS = 60_000;

describe('the fleet', () => {
  const folder = temporaryFolder();
  let clock: TestClock;
  let store: Store;
  let id: string;

  const change = () => ({ store, clock, actor: 'test' });
  const publish = (lines: string): number => {
    saveUserTable(change(), 'list', parseTable(Buffer.from(lines)));
    if (store.policies.get('office') === null) {
      addPolicy(change(), 'office', { block: ['list'], publish: 'manual' });
    }
    publishPolicy(change(), 'office');
    updateWanted(store, clock);
    return store.policies.get('office')?.serial ?? 0;
  };
  const wanted = () => store.wanted.get('office')!;
  const beacon = (given: Record<string, unknown> = {}): void => {
    const { serial, block } = wanted();
    const body = {
      ...{
        device_id: id,
        version: '3.00-01',
        platform: 'linux',
        state: 'protected',
        enabled: true,
      },
      policy: `threatstop.local=${serial}`,
      tables: { block, allow: null },
      ...{ last_refresh: new Date(clock.now()).toISOString(), waiting_lines: 0, lag_seconds: 0 },
      ...{ problems: [], ...given },
    };
    const times = { sent: clock.now(), received: clock.now() };
    store.beacons.save({ deviceId: id, ...times, body: JSON.stringify(body) });
  };
  const fleet = (): Fleet => fleetOf(store, clock.now());
  const codes = () => fleet().devices[0]?.complaints.map(({ code }) => code);

  beforeEach(() => {
    clock = new TestClock();
    store = openStore(folder());
    publish('203.0.113.1\n203.0.113.2\n');
    id = addDevice(change(), { nickname: 'fw1', policy: 'office' }).id;
  });
  afterEach(() => store.close());

  it('has a device that is new until its first beacon, and fine when it enforces what is published', () => {
    assert.equal(fleet().devices[0]?.health, 'new');
    beacon();
    const [device] = fleet().devices;
    assert.deepEqual(
      [device?.health, device?.match, device?.version, device?.serial],
      ['fine', 'same', '3.00-01', wanted().serial],
    );
    assert.deepEqual(fleet().counts, { all: 1, fine: 1, warning: 0, error: 0, silent: 0, new: 0 });
  });

  it('has a device that is silent after three polls, and not before', () => {
    beacon();
    clock.time += 45 * MINUTE_MS;
    assert.deepEqual(codes(), []);
    clock.time += 2 * MINUTE_MS;
    assert.deepEqual(codes(), ['device-silent']);
    assert.equal(fleet().counts.silent, 1);
    // A portal that was down itself heard nobody.
    assert.equal(fleetOf(store, clock.now(), clock.now() - MINUTE_MS).counts.silent, 0);
  });

  it('has a device that is behind when it had the time to follow', () => {
    beacon();
    const old = wanted();
    const serial = publish('203.0.113.1\n203.0.113.9\n');
    assert.ok(serial > old.serial);
    const behind = {
      policy: `threatstop.local=${old.serial}`,
      tables: { block: old.block, allow: null },
    };
    beacon(behind);
    assert.deepEqual([codes(), fleet().devices[0]?.match], [[], 'behind']);
    clock.time += 50 * MINUTE_MS;
    beacon(behind);
    assert.deepEqual(codes(), ['device-behind']);
    beacon();
    assert.deepEqual(codes(), []);
  });

  it('has a device whose tables are others than those of its policy', () => {
    clock.time += 50 * MINUTE_MS;
    beacon({ tables: { block: { entries: 1, hash: 'a'.repeat(64) }, allow: null } });
    assert.deepEqual(codes(), ['device-differs']);
    beacon({ tables: null });
    assert.deepEqual([codes(), fleet().devices[0]?.match], [[], 'unknown']);
  });

  it('has a device that does not protect, has errors, or does not upload', () => {
    beacon({ enabled: false, state: 'not-protecting' });
    assert.deepEqual(codes(), ['device-not-protecting']);
    assert.equal(fleet().devices[0]?.health, 'error');
    beacon({ enabled: false, state: 'disabled' });
    assert.equal(fleet().devices[0]?.health, 'warning');
    beacon({ problems: [{ code: 'disk-full', severity: 'error', message: 'No room.' }] });
    assert.deepEqual(codes(), ['device-problem']);
    beacon({ waiting_lines: 5, lag_seconds: 3_000 });
    assert.deepEqual(codes(), ['device-late-uploads']);
  });

  it('opens a problem once for each cause, and closes it when it is over', () => {
    const problems = () => store.problems.all().map(({ code, subject }) => `${code} ${subject}`);
    const look = () => updateFleetProblems(store, clock.now(), 0);
    beacon({ enabled: false, state: 'not-protecting' });
    look();
    const since = clock.now();
    clock.time += MINUTE_MS;
    look();
    assert.deepEqual(problems(), [`device-not-protecting ${id}`]);
    assert.equal(store.problems.all()[0]?.since, since);
    clock.time += 60 * MINUTE_MS;
    look();
    assert.deepEqual(problems(), [`device-silent ${id}`]);
    retireDevice(change(), id);
    look();
    assert.deepEqual(problems(), []);
  });

  it('is shown as a table, and as JSON', async () => {
    beacon({ enabled: false, state: 'not-protecting' });
    const { output } = await portalCommand(folder(), ['fleet'], { clock });
    assert.match(output, /^1 devices: 0 fine, 0 with warnings, 1 with errors, 0 silent, 0 new\n/);
    assert.match(output, /error +fw1 +office +3\.00-01 +linux +not-protecting +\d+ +\d+ +same/);
    assert.match(output, /fw1: error: It does not protect/);
    const { output: json } = await portalCommand(folder(), ['fleet', '--json'], { clock });
    assert.equal((JSON.parse(json) as Fleet).devices[0]?.id, id);
  });

  it('survives beacons that are not what they should be', () => {
    for (const body of ['', 'null', '[]', '{"problems":5,"tables":[],"policy":{},"enabled":"x"}']) {
      assert.equal(readBeacon(body).serial, null);
      store.beacons.save({ deviceId: id, sent: clock.now(), received: clock.now(), body });
      assert.equal(fleet().devices.length, 1);
    }
    const { version, problems } = readBeacon(
      JSON.stringify({
        version: 'a\u001b[31m\n',
        problems: Array(100).fill({ message: 'x'.repeat(9_999) }),
      }),
    );
    assert.doesNotMatch(version, /\p{Cc}/u);
    assert.equal(problems.length, 20);
    assert.ok(problems.every(({ message }) => message.length <= 500));
  });
});
