import assert from 'node:assert/strict';
import { MissingListError, PolicyError } from '../../src/core/errors.ts';
import type { FetchedList, FetchedPolicy } from '../../src/core/ports.ts';
import { formatPrefix, prefixAt } from '../../src/core/prefix-text.ts';
import { systemClock } from '../../src/system/clock.ts';
import { pinOf } from '../../src/upstream/dns-socket.ts';
import { createPolicySource, type PolicySourceOptions } from '../../src/upstream/policy-source.ts';
import { startKnot, type Knot } from '../support/knot.ts';
import { TEST_KEY, startNamed, type Named } from '../support/named.ts';
import { ZONE, aplLine, aplList, feedAddresses, zoneText } from '../support/policy-zone.ts';

const SERIAL = 2026112001;

/** All kinds of lists. `extra`: lines only BIND gets. */
function zone(feed: readonly string[], extra: readonly string[] = []): string {
  const numbered = ['old', 'old1', 'old2'].flatMap((name, part) =>
    Array.from({ length: 2_000 }, (_, i) => `${name} IN A 100.${part}.${i >> 8}.${i & 255}`),
  );
  return zoneText(SERIAL, [
    ...aplList('basic', feed, 8_000),
    aplLine('single', [
      '192.0.2.0/24',
      '!192.0.2.7',
      '2001:db8::/32',
      '!2001:db8::1',
      '64.87.3.133',
    ]),
    ...numbered,
    'nothing IN TXT "neither"',
    ...extra,
  ]);
}

function textsOf(list: FetchedList, kind: 'include' | 'exclude'): string[] {
  return [list[kind].v4, list[kind].v6].flatMap((columns) =>
    Array.from({ length: columns.size }, (_, i) => formatPrefix(prefixAt(columns, i))),
  );
}

function whole(answer: FetchedPolicy | 'unchanged'): FetchedPolicy {
  assert.notEqual(answer, 'unchanged');
  return answer as FetchedPolicy;
}

function request(...names: readonly string[]) {
  return { blockLists: names.map((name) => `${name}.${ZONE}`), allowLists: [] };
}

async function failureOf(work: Promise<unknown>): Promise<PolicyError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof PolicyError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'It was accepted.' });
}

describe('policy source against BIND', () => {
  const feed = feedAddresses();
  let named: Named;
  let plain: PolicySourceOptions;
  let secure: PolicySourceOptions;

  before(async () => {
    // 5,000 address records need 80 KB, more than a message holds.
    const huge = Array.from({ length: 5_000 }, (_, i) => `huge IN A 101.0.${i >> 8}.${i & 255}`);
    named = await startNamed(ZONE, zone(feed, huge));
    const clock = systemClock;
    plain = { servers: ['127.0.0.1'], port: named.port, tls: null, tsig: null, clock };
    const tls = { ca: named.certificate.ca, servername: 'dns.test' };
    secure = { ...plain, port: named.tlsPort, tls, tsig: TEST_KEY };
  });
  after(() => named.stop());

  for (const way of ['plain TCP', 'TLS and TSIG']) {
    it(`fetches a real feed of sub-lists exactly over ${way}`, async () => {
      const source = createPolicySource(way === 'plain TCP' ? plain : secure);
      const policy = whole(await source.fetch(request('basic'), null));
      assert.equal(policy.version, `${ZONE}=${SERIAL}`);
      assert.deepEqual(textsOf(policy.block[0]!, 'include').sort(), [...feed].sort());
      assert.equal(textsOf(policy.block[0]!, 'exclude').length, 0);
    });
  }

  it('reads a list of both families with exclusions from the list itself', async () => {
    const policy = whole(await createPolicySource(secure).fetch(request('single'), null));
    const list = policy.block[0]!;
    assert.deepEqual(textsOf(list, 'include'), ['192.0.2.0/24', '64.87.3.133', '2001:db8::/32']);
    assert.deepEqual(textsOf(list, 'exclude'), ['192.0.2.7', '2001:db8::1']);
  });

  it('reads numbered address lists until the first that does not exist', async () => {
    const policy = whole(await createPolicySource(plain).fetch(request('old'), null));
    const found = textsOf(policy.block[0]!, 'include');
    assert.equal(found.length, 6_000);
    assert.equal(new Set(found).size, 6_000);
    assert.ok(found.includes('100.2.7.207'));
  });

  it('says unchanged while the serial is the one that is enforced', async () => {
    const answer = await createPolicySource(plain).fetch(request('basic'), `${ZONE}=${SERIAL}`);
    assert.equal(answer, 'unchanged');
  });

  it('reads block and allow lists together', async () => {
    const lists = { blockLists: [`single.${ZONE}`], allowLists: [`OLD.${ZONE}.`] };
    const policy = whole(await createPolicySource(plain).fetch(lists, 'other.local=1'));
    assert.equal(policy.block[0]?.name, `single.${ZONE}`);
    assert.equal(policy.allow[0]?.name, `old.${ZONE}`);
  });

  it('names the list and the wait for new policies when the list does not exist', async () => {
    const error = await failureOf(createPolicySource(secure).fetch(request('basic', 'gone'), null));
    assert.match(error.message, /127\.0\.0\.1 port \d+: List gone\.threatstop\.local: .*NXDOMAIN/);
    assert.ok(error instanceof MissingListError);
    assert.match(error.remedy, /new policies take up to an hour/);
  });

  it('refuses a list that exists without addresses', async () => {
    const error = await failureOf(createPolicySource(plain).fetch(request('nothing'), null));
    assert.match(error.message, /List nothing\.threatstop\.local: It is empty/);
  });

  it('refuses an empty truncated answer over TCP, which is how BIND answers when records do not fit', async () => {
    const error = await failureOf(createPolicySource(plain).fetch(request('huge'), null));
    assert.match(error.message, /List huge\.threatstop\.local: .*truncated/);
    assert.match(error.remedy, /smaller sub-lists/);
  });

  it('says that the key is wrong for another secret and for another key name', async () => {
    for (const tsig of [
      { name: TEST_KEY.name, secret: Buffer.from('another secret') },
      { name: 'tdid_other', secret: TEST_KEY.secret },
    ]) {
      const source = createPolicySource({ ...plain, tsig });
      const error = await failureOf(source.fetch(request('basic'), null));
      assert.match(error.message, /refused the signature: BAD(SIG|KEY)/);
      assert.match(error.remedy, /device id and its key/);
    }
  });

  it('says by how much the clock is off', async () => {
    const clock = { ...systemClock, now: () => Date.now() + 4_000_000 };
    const error = await failureOf(
      createPolicySource({ ...plain, tsig: TEST_KEY, clock }).fetch(request('basic'), null),
    );
    assert.match(error.message, /clocks differ by (3999|4000|4001) s/);
    assert.match(error.remedy, /NTP/);
  });

  it('takes a pinned key instead of a CA and refuses another key', async () => {
    const pinned = { ...secure, tls: { pin: pinOf(named.certificate.der) } };
    whole(await createPolicySource(pinned).fetch(request('single'), null));
    const other = { ...secure, tls: { pin: `sha256/${'A'.repeat(43)}=` }, rounds: 1 };
    const error = await failureOf(createPolicySource(other).fetch(request('single'), null));
    assert.match(error.message, /public key is not the pinned one/);
  });

  it('refuses a certificate of an unknown CA and one for another name', async () => {
    const unknown = { ...secure, tls: {}, rounds: 1 };
    const error = await failureOf(createPolicySource(unknown).fetch(request('single'), null));
    assert.match(error.message, /unknown CA/);
    const tls = { ca: named.certificate.ca, servername: 'other.test' };
    const other = createPolicySource({ ...secure, tls, rounds: 1 });
    assert.match((await failureOf(other.fetch(request('single'), null))).message, /another name/);
  });

  it('goes on with the next server when the first cannot be reached', async () => {
    const servers = ['127.0.0.2', '127.0.0.1'];
    whole(await createPolicySource({ ...plain, servers }).fetch(request('single'), null));
  });
});

describe('policy source against Knot', () => {
  let knot: Knot;
  const feed = feedAddresses();

  before(async () => {
    knot = await startKnot(ZONE, zone(feed));
  });
  after(() => knot.stop());

  it('fetches a real feed of sub-lists exactly, signed', async () => {
    const { port } = knot;
    const source = createPolicySource({
      servers: ['127.0.0.1'],
      port,
      tls: null,
      tsig: TEST_KEY,
      clock: systemClock,
    });
    const policy = whole(await source.fetch(request('basic'), null));
    assert.deepEqual(textsOf(policy.block[0]!, 'include').sort(), [...feed].sort());
  });
});
