import assert from 'node:assert/strict';
import { parsePrefix } from '../../../src/core/prefix-parse.ts';
import type { PortalHit } from '../../../src/portal/hits/hit-store.ts';
import { openHits, hitsDatabaseOf } from '../../../src/portal/hits/open-hits.ts';
import { addDevice } from '../../../src/portal/model/devices.ts';
import { addPolicy } from '../../../src/portal/model/policies.ts';
import { hitsCsv } from '../../../src/portal/reports/csv.ts';
import { filterOf } from '../../../src/portal/reports/question.ts';
import { openStore, type Store } from '../../../src/portal/store.ts';
import { portalCommand } from '../../support/portal-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const clock = new TestClock();
const DAY_MS = 86_400_000;
const DAY = Math.floor(clock.now() / DAY_MS) * DAY_MS;

function hit(line: number, change: Partial<PortalHit> = {}): PortalHit {
  return {
    ...{ line, time: DAY + line * 60_000, direction: 'in', action: 'block', protocol: 'tcp' },
    ...{ interface: 'em0', remote: '198.51.100.7', inside: '203.0.113.1', port: 22 },
    ...{ sourcePort: 40_000, ...change },
  };
}

describe('the reports of a fleet', () => {
  const folder = temporaryFolder();
  let store: Store;
  let office: string;
  let branch: string;

  beforeEach(async () => {
    store = openStore(folder());
    const change = { store, clock, actor: 'test' };
    addPolicy(change, 'strict', {});
    addPolicy(change, 'loose', {});
    office = addDevice(change, { nickname: 'office', policy: 'strict' }).id;
    branch = addDevice(change, { nickname: '-branch', policy: 'loose' }).id;
    const hits = openHits(hitsDatabaseOf(store, folder()));
    const out = { direction: 'out' as const, inside: '10.0.0.9', remote: '203.0.113.66' };
    const many = [hit(0), hit(1), hit(2, out), hit(3, { ...out, action: 'pass' })];
    await hits.add({ device: office, batch: 'b', from: 0, lines: 4, hits: many });
    await hits.add({ device: branch, batch: 'b', from: 0, lines: 1, hits: [hit(0)] });
    await hits.close();
  });
  afterEach(() => store.close());

  const run = async (...argv: string[]) => {
    const { code, output, errors } = await portalCommand(folder(), ['report', ...argv], { clock });
    return code === 0 ? output : `${code} ${errors}`;
  };

  it('show hits over time, blocked and not, by hour or day', async () => {
    const day = { blockedIn: 3, blockedOut: 1, passedIn: 0, passedOut: 1 };
    assert.deepEqual(JSON.parse(await run('time', '--json')), [{ time: DAY, ...day }]);
    assert.match(
      await run('time', '--by', 'hour', '--device', 'office'),
      /^time \(UTC\) +blocked in .*\n2026-11-20 00:00 +2 +1 +0 +1\n$/,
    );
  });

  it('show addresses, ports, devices and hosts that called out', async () => {
    assert.equal(
      await run('top', 'addresses'),
      '        3  198.51.100.7\n        1  203.0.113.66\n',
    );
    assert.equal(await run('top', 'hosts'), '        1  10.0.0.9\n');
    assert.equal(await run('top', 'ports', '--policy', 'loose'), '        1  22/tcp\n');
    assert.equal(await run('top', 'devices', '--lines', '1'), '        3  office\n');
    assert.equal(
      await run('top', 'devices', '--csv'),
      `"name","label","hits"\r\n"${office}","office","3"\r\n"${branch}","'-branch","1"\r\n`,
    );
  });

  it('follow an address, a policy and a time', async () => {
    assert.equal(
      await run('top', 'devices', '--address', '203.0.113.0/24'),
      '        3  office\n        1  -branch\n',
    );
    assert.equal(await run('top', 'devices', '--address', '203.0.113.66'), '        1  office\n');
    assert.equal(await run('time', '--from', '2026-11-21'), 'No hits.\n');
    assert.notEqual(await run('time', '--from', '2026-11-20', '--to', '2026-11-20'), 'No hits.\n');
    assert.equal(await run('time', '--to', '2026-11-19T23:59Z'), 'No hits.\n');
  });

  it('say what cannot be asked', async () => {
    assert.match(await run('time', '--device', 'nobody'), /^1 .*there is no device "nobody"/);
    assert.match(await run('time', '--policy', 'none'), /^1 .*there is no policy "none"/);
    assert.match(await run('time', '--from', '2026-02-30'), /^1 .*"2026-02-30" is not a time/);
    assert.match(
      await run('time', '--from', '2026-11-20', '--to', '2026-11-19'),
      /^1 .*not before/,
    );
    assert.match(await run('time', '--address', '300.1.1.1'), /^1 /);
    assert.match(await run('time', '--port', '99999'), /^1 .*not a port/);
    assert.match(await run('time', '--days', '0'), /^1 .*number of days/);
    assert.match(await run('top', 'enemies'), /^2 .*KIND is one of/);
  });

  it('are of the devices that have the policy now, and of none when there is none', () => {
    const devices = (policy: string) => filterOf(store, { policy }, clock.now()).devices;
    assert.deepEqual(devices('strict'), [office]);
    assert.deepEqual(filterOf(store, { policy: 'loose', device: 'office' }, 0).devices, []);
    assert.deepEqual(
      filterOf(store, { address: '198.51.100.0/24' }, 0).address,
      parsePrefix('198.51.100.0/24'),
    );
  });

  it('come as CSV page by page, and what would be a formula is a text', async () => {
    const hits = openHits(hitsDatabaseOf(store, folder()));
    const many = Array.from({ length: 2_500 }, (_, line) => hit(line, { time: DAY + line }));
    await hits.add({ device: branch, batch: 'c', from: 0, lines: 2_500, hits: many });
    let pages = 0;
    const counting = {
      ...hits,
      find: (...args: Parameters<typeof hits.find>) => {
        pages += 1;
        return hits.find(...args);
      },
    };
    const lines: string[] = [];
    for await (const piece of hitsCsv({ store, hits: counting }, { devices: [branch] }))
      lines.push(...piece.split(/(?<=\r\n)/));
    await hits.close();
    assert.equal(lines.length, 2_502);
    assert.equal(pages, 3);
    assert.equal(
      lines.at(-1),
      `"2026-11-20T00:00:00.000Z","${branch}","'-branch","in","block","tcp","em0","198.51.100.7","203.0.113.1","22","40000"\r\n`,
    );
  });

  it('can be made anew from the batches on disk', async () => {
    assert.equal(await run('rebuild'), '0 batches wait; a portal that runs reads them.\n');
  });
});
