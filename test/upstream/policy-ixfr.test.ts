import assert from 'node:assert/strict';
import type { FetchedPolicy, PolicySource } from '../../src/core/ports.ts';
import { systemClock } from '../../src/system/clock.ts';
import {
  createTransferSource,
  type TransferSourceOptions,
} from '../../src/upstream/policy-transfer.ts';
import { frame } from '../../src/protocol/dns-frame.ts';
import { encodeResponse, type AnswerRecord } from '../../src/protocol/dns-message.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import {
  a,
  soaRecord,
  startDnsServer,
  truthfully,
  type DnsTestServer,
} from '../support/dns-server.ts';
import { startKnot, type Knot } from '../support/knot.ts';
import { TEST_KEY, startNamed, type Named } from '../support/named.ts';
import { ZONE, aplLine, aplList, zoneText } from '../support/policy-zone.ts';
import { texts } from '../support/prefixes.ts';
import { memoryCopies, noCopies } from '../support/zone-copies.ts';

const REQUEST = { blockLists: [`basic.${ZONE}`], allowLists: [`old.${ZONE}`] };
const RPZ = { blockLists: [ZONE], allowLists: [] };

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
}

/** A zone of every kind of list. */
function zone(serial: number, ...changed: readonly string[]): string {
  return zoneText(serial, [...aplList('basic', addresses(2_000), 500), ...changed]);
}

const FIRST = zone(31, 'old IN A 192.0.2.1', '24.0.2.0.192.rpz-ip IN CNAME .');
const SECOND = zone(
  32,
  'old IN A 192.0.2.2',
  aplLine('basic-l9', ['203.0.113.0/24']),
  'basic IN PTR basic-l9',
);
const THIRD = zone(
  35,
  'old IN A 192.0.2.2',
  'old IN A 192.0.2.9',
  '48.zz.1.db8.2001.rpz-ip IN CNAME *.',
);

function whole(answer: FetchedPolicy | 'unchanged'): FetchedPolicy {
  assert.notEqual(answer, 'unchanged');
  return answer as FetchedPolicy;
}

/** Version and entries of a policy, in an order that does not depend on that of the records. */
async function policyOf(source: PolicySource, request = REQUEST): Promise<unknown> {
  const { version, block, allow } = whole(await source.fetch(request, null));
  const entries = [...block, ...allow].map(({ name, include, exclude }) => ({
    name,
    include: texts(include).sort(),
    exclude: texts(exclude).sort(),
  }));
  return { version, entries };
}

/** What differences give is what the whole zone gives. */
async function checkEqual(options: TransferSourceOptions, request = REQUEST): Promise<void> {
  const wholeZone = createTransferSource({ ...options, copies: noCopies });
  assert.deepEqual(
    await policyOf(createTransferSource(options), request),
    await policyOf(wholeZone, request),
  );
}

describe('policies by differences of zones (IXFR)', () => {
  let named: Named;
  let signed: TransferSourceOptions;

  beforeEach(async () => {
    named = await startNamed(ZONE, FIRST);
    signed = {
      servers: ['127.0.0.1'],
      port: named.tlsPort,
      tls: { ca: named.certificate.ca },
      tsig: TEST_KEY,
      clock: systemClock,
      copies: memoryCopies(),
      rounds: 1,
    };
  });
  afterEach(() => named.stop());

  it('are whole after one and after several versions, from BIND, signed and over TLS', async () => {
    await checkEqual(signed);
    await named.change(SECOND);
    await checkEqual(signed);
    await named.logged(/ IXFR started: TSIG tdid_dev1 \(serial 31 -> 32\)/);
    await named.change(FIRST.replace(' 31 ', ' 33 '));
    await named.change(THIRD);
    await checkEqual(signed);
    await named.logged(/ IXFR started: TSIG tdid_dev1 \(serial 32 -> 35\)/);
  });

  it('take one SOA as "unchanged": the copy is the zone', async () => {
    const copies = memoryCopies();
    await checkEqual({ ...signed, copies });
    const copy = copies.kept.get(ZONE);
    await checkEqual({ ...signed, copies });
    assert.equal(copies.kept.get(ZONE), copy);
  });

  it('are whole when the server has no difference and answers with the whole zone', async () => {
    const other = await startNamed(ZONE, zone(5, 'old IN A 192.0.2.200'));
    const before = { ...signed, port: other.tlsPort, tls: { ca: other.certificate.ca } };
    await checkEqual(before);
    await other.stop();
    await named.change(SECOND);
    await checkEqual(signed);
    await named.logged(/AXFR-style IXFR started: TSIG tdid_dev1 \(serial 32\)/);
  });

  it('follow a response policy zone name by name', async () => {
    const source = createTransferSource(signed);
    const names = async () => texts(whole(await source.fetch(RPZ, null)).block[0]!.include);
    assert.deepEqual(await names(), ['192.0.2.0/24']);
    await named.change(
      zone(32, '24.0.2.0.192.rpz-ip IN CNAME .', '32.7.100.51.198.rpz-ip CNAME .'),
    );
    assert.deepEqual(await names(), ['192.0.2.0/24', '198.51.100.7']);
    await named.logged(/ IXFR started/);
    await named.change(zone(33, '32.7.100.51.198.rpz-ip CNAME .'));
    assert.deepEqual(await names(), ['198.51.100.7']);
    await named.logged(/ IXFR started/);
    await checkEqual(signed, RPZ);
  });
});

describe('policies by differences of zones (IXFR) from Knot', () => {
  let knot: Knot;
  before(async () => {
    knot = await startKnot(ZONE, FIRST);
  });
  after(() => knot.stop());

  it('are whole, signed', async () => {
    const service = { servers: ['127.0.0.1'], port: knot.port, tls: null, tsig: TEST_KEY };
    const options = { ...service, clock: systemClock, copies: memoryCopies(), rounds: 1 };
    await checkEqual(options);
    await knot.change(SECOND);
    await checkEqual(options);
    await knot.logged(/IXFR, outgoing,.*serial 31 -> 32/);
    await knot.change(THIRD);
    await checkEqual(options);
    await knot.logged(/IXFR, outgoing,.*serial 32 -> 35/);
  });
});

/** A zone of two versions on a server that is not always right. */
const SOA = soaRecord(ZONE, 31);
const MIDDLE = soaRecord(ZONE, 32);
const LAST = soaRecord(ZONE, 33);
const [ONE, TWO, THREE] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => ({
  name: `basic.${ZONE}`,
  type: TYPE.A,
  ttl: 60,
  rdata: a(address),
})) as [AnswerRecord, AnswerRecord, AnswerRecord];

const EXISTING = new Map([[`A basic.${ZONE}`, []]]);

type Messages = readonly (readonly AnswerRecord[])[];

describe('answers for differences of zones (IXFR)', () => {
  let server: DnsTestServer;
  let options: TransferSourceOptions & { readonly copies: ReturnType<typeof memoryCopies> };
  let serial: number;
  let ixfr: Messages | number | 'cut' | 'silence';
  let axfr: Messages | number;

  beforeEach(async () => {
    [serial, ixfr, axfr] = [31, RCODE.NOTIMP, [[SOA, ONE, TWO, SOA]]];
    server = await startDnsServer((question, socket) => {
      if (question.type === TYPE.SOA) return truthfully(question, ZONE, serial, EXISTING);
      const answer = question.type === TYPE.IXFR ? ixfr : axfr;
      if (answer === 'silence') return null;
      if (typeof answer === 'number') return encodeResponse({ question, rcode: answer });
      const messages: Messages = answer === 'cut' ? [[LAST, SOA, ONE]] : answer;
      for (const answers of messages) {
        socket.write(frame(encodeResponse({ question, rcode: RCODE.NOERROR, answers })));
      }
      if (answer === 'cut') socket.end();
      return null;
    });
    const service = { servers: ['127.0.0.1'], port: server.port, tls: null, tsig: null, rounds: 1 };
    const limits = { idleMs: 200 };
    options = { ...service, clock: systemClock, copies: memoryCopies(), limits };
    await fetch();
    [serial, axfr] = [33, [[LAST, TWO, THREE, LAST]]];
    server.asked.length = 0;
  });
  afterEach(() => server.stop());

  async function fetch(): Promise<readonly string[]> {
    const request = { blockLists: [`basic.${ZONE}`], allowLists: [] };
    const { block } = whole(await createTransferSource(options).fetch(request, null));
    return texts(block[0]!.include).sort();
  }

  const transfers = () => server.asked.filter((asked) => !asked.startsWith('SOA'));
  const [IXFR, AXFR] = [`IXFR ${ZONE}`, `AXFR ${ZONE}`];

  const good: readonly [string, Messages][] = [
    ['one step', [[LAST, SOA, ONE, LAST, THREE, LAST]]],
    [
      'two steps, the first undone',
      [[LAST, SOA, TWO, MIDDLE, MIDDLE, ONE, LAST, TWO, THREE, LAST]],
    ],
    ['a record a message', [LAST, SOA, ONE, LAST, THREE, LAST].map((record) => [record])],
    [
      'the whole zone',
      [
        [LAST, TWO],
        [THREE, LAST],
      ],
    ],
  ];
  for (const [what, messages] of good) {
    it(`are used when they are ${what}`, async () => {
      ixfr = messages;
      assert.deepEqual(await fetch(), ['192.0.2.2', '192.0.2.3']);
      assert.deepEqual(transfers(), [IXFR]);
      assert.equal(options.copies.kept.get(ZONE)?.serial, 33);
    });
  }

  it('of one SOA leave the copy as it is, and cost one query', async () => {
    ixfr = [[SOA]];
    assert.deepEqual(await fetch(), ['192.0.2.1', '192.0.2.2']);
    assert.deepEqual(transfers(), [IXFR]);
  });

  it('are not asked for while the serial is the one that is enforced', async () => {
    const request = { blockLists: [`basic.${ZONE}`], allowLists: [] };
    const answer = await createTransferSource(options).fetch(request, `${ZONE}=33`);
    assert.equal(answer, 'unchanged');
    assert.deepEqual(server.asked, [`SOA ${ZONE}`]);
  });

  const bad: readonly [string, Messages | number | 'cut'][] = [
    ['are FORMERR', RCODE.FORMERR],
    ['are NOTIMP', RCODE.NOTIMP],
    ['are REFUSED', RCODE.REFUSED],
    ['are SERVFAIL', RCODE.SERVFAIL],
    ['are cut', 'cut'],
    ['are empty', [[]]],
    ['do not begin with the SOA record', [[ONE, LAST]]],
    ['remove a record that is not there', [[LAST, SOA, THREE, LAST, LAST]]],
    ['remove a record twice', [[LAST, SOA, ONE, ONE, LAST, LAST]]],
    ['add a record that is there', [[LAST, SOA, LAST, TWO, LAST]]],
    ['add a record twice', [[LAST, SOA, LAST, THREE, THREE, LAST]]],
    ['begin from another serial', [[LAST, MIDDLE, ONE, LAST, LAST]]],
    ['have a gap between two versions', [[LAST, SOA, ONE, MIDDLE, SOA, TWO, LAST, LAST]]],
    ['go back', [[LAST, SOA, ONE, MIDDLE, MIDDLE, SOA, ONE, LAST]]],
    ['go past the end', [[MIDDLE, SOA, ONE, LAST, LAST, TWO, MIDDLE, MIDDLE]]],
    ['go on behind the end', [[LAST, SOA, ONE, LAST, LAST, THREE]]],
    ['are of an older zone', [[soaRecord(ZONE, 30)]]],
    ['have the SOA of another zone', [[soaRecord('example.org', 33)]]],
  ];
  for (const [what, messages] of bad) {
    it(`lead to the whole zone when they ${what}`, async () => {
      ixfr = messages;
      assert.deepEqual(await fetch(), ['192.0.2.2', '192.0.2.3']);
      assert.deepEqual(transfers(), [IXFR, AXFR]);
      assert.equal(options.copies.kept.get(ZONE)?.serial, 33);
    });
  }

  it('that are no good lose the copy also when the whole zone cannot be had', async () => {
    [ixfr, axfr] = [[[LAST, SOA, THREE, LAST, LAST]], RCODE.SERVFAIL];
    await assert.rejects(fetch(), /AXFR \S+ is SERVFAIL/);
    assert.equal(options.copies.kept.size, 0);
  });

  it('that do not come cost no copy', async () => {
    ixfr = 'silence';
    await assert.rejects(fetch(), /did not answer/);
    assert.equal(options.copies.kept.get(ZONE)?.serial, 31);
  });
});
