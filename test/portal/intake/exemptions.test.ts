import assert from 'node:assert/strict';
import type { ExemptionReport } from '../../../src/core/ports.ts';
import { addFeed } from '../../../src/portal/model/feeds.ts';
import { editDevice, retireDevice, type IssuedDevice } from '../../../src/portal/model/devices.ts';
import {
  endExemptions,
  exemptionListOf,
  exemptionsDue,
} from '../../../src/portal/model/exemptions.ts';
import { editPolicy } from '../../../src/portal/model/policies.ts';
import { publishPolicy, publishedTables } from '../../../src/portal/model/publish.ts';
import { saveUserList } from '../../../src/portal/model/user-lists.ts';
import type { Portal } from '../../../src/portal/portal.ts';
import { sizeOf } from '../../../src/core/prefix-list.ts';
import { createExemptionSender } from '../../../src/upstream/beacon.ts';
import { startPortal } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';
import { authorizationOf, send, sha256 } from '../../support/upload-client.ts';

const HOUR = 3_600_000;
type One = ExemptionReport['exemptions'][number];

describe('exemptions told to the portal', () => {
  const folder = temporaryFolder();
  const clock = new TestClock();
  let portal: Portal;
  let policy: string;
  let devices: readonly IssuedDevice[];

  beforeEach(async () => {
    portal = await startPortal(folder(), { clock });
    policy = portal.store.policies.all()[0]?.name ?? '';
    devices = ['fw1', 'fw2'].map((nickname) => portal.addDevice({ nickname, policy }));
  });
  afterEach(() => portal.close());

  const allow = (prefix: string, forMs: number | null = null): One => ({
    ...{ action: 'allow', prefix },
    until: forMs === null ? null : new Date(clock.now() + forMs).toISOString(),
  });
  const block = (prefix: string): One => ({ action: 'block', prefix, until: null });
  /** As a real device does it. */
  async function tell(device: number, ...exemptions: One[]): Promise<void> {
    clock.time += 1_000;
    const { id, autoKey } = devices[device]!;
    const sender = createExemptionSender({
      ...{ logUrl: portal.addresses.intakeUrl, deviceId: id, autoKey, clock },
      trust: { pin: portal.pin },
    });
    await sender.send({ device_id: id, exemptions });
  }
  const entries = (list: string) =>
    Buffer.from(portal.store.sources.prefixes(list)).toString().split('\n').filter(Boolean);
  const allowed = () => entries(`${policy}-exempt-allow`);
  const blocked = () => entries(`${policy}-exempt-block`);
  const change = () => ({ store: portal.store, clock, actor: 'test' });

  it('are on the lists of the policy until no device has them, each change in the audit log', async () => {
    await tell(0, allow('198.51.100.7'), block('203.0.113.0/24'));
    await tell(1, allow('198.51.100.7'), allow('2001:db8::1'));
    assert.deepEqual([allowed(), blocked()], [['198.51.100.7', '2001:db8::1'], ['203.0.113.0/24']]);
    await tell(0);
    assert.deepEqual([allowed(), blocked()], [['198.51.100.7', '2001:db8::1'], []]);
    await tell(1, allow('2001:db8::1'));
    assert.deepEqual(allowed(), ['2001:db8::1']);
    const line = portal.store.audit.latest(1)[0];
    assert.deepEqual(
      [line?.actor, line?.action, line?.target, line?.details],
      [
        `device:${devices[1]!.id}`,
        'list edit',
        `${policy}-exempt-allow`,
        '0 entries added, 1 removed',
      ],
    );
  });

  it('count for no device before the list is in the policy, then for all', async () => {
    const before = sizeOf(publishedTables(portal.store, policy).block);
    await tell(0, block('198.18.0.1'));
    publishPolicy(change(), policy);
    assert.equal(sizeOf(publishedTables(portal.store, policy).block), before);
    const sources = portal.store.policies.get(policy)?.block ?? [];
    editPolicy(change(), policy, { block: [...sources, `${policy}-exempt-block`] });
    publishPolicy(change(), policy);
    assert.equal(sizeOf(publishedTables(portal.store, policy).block), before + 1);
    await tell(0);
    assert.deepEqual(portal.store.policies.unpublished(), [policy]);
  });

  it('end at their time though the device is silent', async () => {
    await tell(0, allow('198.51.100.7', HOUR), allow('198.51.100.8'));
    assert.equal(exemptionsDue(portal.store, clock.now()), false);
    clock.time += HOUR;
    assert.equal(exemptionsDue(portal.store, clock.now()), true);
    endExemptions(portal);
    assert.deepEqual(allowed(), ['198.51.100.8']);
    assert.equal(exemptionsDue(portal.store, clock.now()), false);
  });

  it('go with the device: to its other policy, and away when it is retired', async () => {
    await tell(0, allow('198.51.100.7'));
    editDevice(change(), devices[0]!.id, { policy: null });
    endExemptions(portal);
    assert.deepEqual(allowed(), []);
    editDevice(change(), devices[0]!.id, { policy });
    endExemptions(portal);
    assert.deepEqual(allowed(), ['198.51.100.7']);
    retireDevice(change(), devices[0]!.id);
    endExemptions(portal);
    assert.deepEqual(allowed(), []);
  });

  it('leave what people wrote, and are not taken when wide', async () => {
    saveUserList(change(), `${policy}-exempt-allow`, { text: '198.51.100.99', note: 'mine' });
    await tell(0, allow('198.51.100.7'), allow('0.0.0.0/0'), allow('198.0.0.0/15'), allow('::/31'));
    assert.deepEqual(allowed(), ['198.51.100.7', '198.51.100.99']);
    await tell(0);
    assert.deepEqual(allowed(), ['198.51.100.99']);
    assert.equal(portal.store.sources.get(`${policy}-exempt-allow`)?.note, 'mine');
  });

  it('are a problem while a feed has the name of their list', async () => {
    const name = `${policy}-exempt-allow`;
    addFeed(change(), name, { url: 'https://feeds.example/list.txt', format: 'plain' });
    await tell(0, allow('198.51.100.7'), block('198.51.100.8'));
    assert.deepEqual([allowed(), blocked()], [[], ['198.51.100.8']]);
    assert.ok(portal.store.problems.all().some(({ code }) => code === 'exemptions-not-listed'));
  });

  it('have lists with names that are never too long, and differ', () => {
    const long = 'p'.repeat(48);
    const names = [exemptionListOf(long, 'allow'), exemptionListOf(`${long.slice(1)}q`, 'allow')];
    assert.ok(names.every((name) => name.length <= 48) && names[0] !== names[1]);
  });

  it('are refused unsigned, of another device, or other than documented; an older list changes nothing', async () => {
    const url = new URL('/v1/exemptions', portal.addresses.intakeUrl).href;
    const post = async (body: string, time = clock.now()): Promise<number> => {
      const signed = { path: '/v1/exemptions', batchId: '', sha256: sha256(Buffer.from(body)) };
      const authorization = authorizationOf(devices[0]!, signed, time);
      const headers = { 'content-type': 'application/json', authorization };
      return (await send(url, { method: 'POST', headers }, body)).status;
    };
    const of = (exemptions: unknown, id = devices[0]!.id) =>
      JSON.stringify({ device_id: id, exemptions });
    await tell(0, allow('198.51.100.7'));
    assert.equal(await post(of([]), clock.now() - 60_000), 204);
    assert.deepEqual(allowed(), ['198.51.100.7']);
    assert.equal(await post(of([], devices[1]!.id)), 403);
    const wrong = [
      ...['', 'null', '[]', '{}', of('x'), of([null]), of([{}])],
      of([{ action: 'pass', prefix: '198.51.100.9', until: null }]),
      of([{ action: 'allow', prefix: '198.51.100.9/24', until: 'soon' }]),
      of([{ action: 'allow', prefix: '198.51.100.9\n0.0.0.0/1', until: null }]),
      of(Array.from({ length: 1_001 }, () => allow('198.51.100.9'))),
    ];
    for (const body of wrong) assert.equal(await post(body), 400, body.slice(0, 60));
    const headers = { 'content-type': 'application/json' };
    assert.equal((await send(url, { method: 'POST', headers }, of([]))).status, 401);
    assert.deepEqual(allowed(), ['198.51.100.7']);
  });
});
