import assert from 'node:assert/strict';
import { PolicyError } from '../../src/core/errors.ts';
import type { FetchedList, FetchedPolicy } from '../../src/core/ports.ts';
import { concat } from '../../src/protocol/dns-bytes.ts';
import { encodeResponse, type AnswerRecord } from '../../src/protocol/dns-message.ts';
import { frame } from '../../src/protocol/dns-frame.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import { systemClock } from '../../src/system/clock.ts';
import {
  createTransferSource,
  type TransferSourceOptions,
} from '../../src/upstream/policy-transfer.ts';
import { a, soaRecord, startDnsServer, truthfully } from '../support/dns-server.ts';
import { TEST_KEY, startNamed, type Named } from '../support/named.ts';
import { noCopies } from '../support/zone-copies.ts';
import { texts } from '../support/prefixes.ts';
import { ZONE, aplLine, aplList, feedAddresses, zoneText } from '../support/policy-zone.ts';

const SERIAL = 31;

function textsOf(list: FetchedList | undefined, kind: 'include' | 'exclude'): string[] {
  return list === undefined ? [] : texts(list[kind]);
}

function whole(answer: FetchedPolicy | 'unchanged'): FetchedPolicy {
  assert.notEqual(answer, 'unchanged');
  return answer as FetchedPolicy;
}

function request(...names: readonly string[]) {
  return {
    blockLists: names.map((name) => (name === '@' ? ZONE : `${name}.${ZONE}`)),
    allowLists: [],
  };
}

describe('policies by zone transfer', () => {
  const feed = feedAddresses();
  let named: Named;
  let signed: TransferSourceOptions;

  before(async () => {
    named = await startNamed(
      ZONE,
      zoneText(SERIAL, [
        ...aplList('basic', feed, 8_000),
        aplLine('single', ['192.0.2.0/24', '!192.0.2.7', '2001:db8::/32']),
        'old IN A 198.51.100.1',
        'old1 IN A 198.51.100.2',
        'old3 IN A 198.51.100.4',
        'broken IN PTR broken-l0',
        '24.0.2.0.192.rpz-ip IN CNAME .',
        '32.7.2.0.192.rpz-ip IN CNAME rpz-passthru.',
        '48.zz.1.db8.2001.rpz-ip IN CNAME *.',
        '*.bad.example IN CNAME .',
      ]),
    );
    const tls = { ca: named.certificate.ca };
    const service = { servers: ['127.0.0.1'], port: named.tlsPort, clock: systemClock };
    signed = { ...service, tls, tsig: TEST_KEY, rounds: 1, copies: noCopies };
  });
  after(() => named.stop());

  it('give a real feed of sub-lists exactly, over TLS, every message signed', async () => {
    const policy = whole(await createTransferSource(signed).fetch(request('basic'), null));
    assert.equal(policy.version, `${ZONE}=${SERIAL}`);
    assert.deepEqual(textsOf(policy.block[0], 'include').sort(), [...feed].sort());
  });

  it('give the lists that queries give: both families with exclusions, and numbered lists to their end', async () => {
    const policy = whole(await createTransferSource(signed).fetch(request('single', 'old'), null));
    assert.deepEqual(textsOf(policy.block[0], 'include'), ['192.0.2.0/24', '2001:db8::/32']);
    assert.deepEqual(textsOf(policy.block[0], 'exclude'), ['192.0.2.7']);
    assert.deepEqual(textsOf(policy.block[1], 'include'), ['198.51.100.1', '198.51.100.2']);
  });

  it('give the addresses of a response policy zone, without those it lets pass', async () => {
    const policy = whole(await createTransferSource(signed).fetch(request('@'), null));
    assert.deepEqual(textsOf(policy.block[0], 'include'), ['192.0.2.0/24', '2001:db8:1::/48']);
    assert.deepEqual(textsOf(policy.block[0], 'exclude'), ['192.0.2.7']);
  });

  it('are not read while the serial is the one that is enforced', async () => {
    const answer = await createTransferSource(signed).fetch(request('basic'), `${ZONE}=${SERIAL}`);
    assert.equal(answer, 'unchanged');
  });

  it('are refused when a sub-list is missing, or the server refuses the transfer', async () => {
    const missing = createTransferSource(signed).fetch(request('broken'), null);
    await assert.rejects(
      missing,
      /List broken\.\S+: Its sub-list broken-l0\.\S+ is not in the zone/,
    );
    const unsigned = createTransferSource({ ...signed, tsig: null });
    await assert.rejects(unsigned.fetch(request('basic'), null), /AXFR \S+ is REFUSED/);
    const secret = Buffer.from('another secret');
    const wrong = createTransferSource({ ...signed, tsig: { ...TEST_KEY, secret } });
    await assert.rejects(wrong.fetch(request('basic'), null), /BADSIG/);
  });

  it('are refused above the limit of entries', async () => {
    const source = createTransferSource({ ...signed, policyLimits: { entries: 1_000 } });
    await assert.rejects(source.fetch(request('basic'), null), /more than 1000 entries/);
  });

  const soa = soaRecord(ZONE, SERIAL);
  const moved = soaRecord(ZONE, SERIAL + 1);
  const address = { name: `basic.${ZONE}`, type: TYPE.A, ttl: 1, rdata: a('192.0.2.1') };
  const cases: readonly [string, readonly (readonly AnswerRecord[])[], RegExp | null][] = [
    ['is whole', [[soa, address], [soa]], null],
    ['does not begin with the SOA record', [[address, soa]], /does not begin/],
    ['ends with another serial', [[soa, address], [moved]], /another serial/],
    ['goes on behind its end', [[soa, address, soa, address]], /behind its end/],
    ['has the SOA of another zone', [[soaRecord('example.org', 1), address]], /not of its zone/],
    ['has an empty message', [[soa, address], []], /empty message/],
    ['stops before its end', [[soa, address]], /did not answer/],
  ];
  for (const [what, messages, expected] of cases) {
    it(`${expected === null ? 'are read' : 'are refused'} when the transfer ${what}`, async () => {
      const server = await startDnsServer((question, socket) => {
        const data = new Map([[`A basic.${ZONE}`, []]]);
        if (question.type !== TYPE.AXFR) return truthfully(question, ZONE, SERIAL, data);
        const framed = messages.map((answers) =>
          frame(encodeResponse({ question, rcode: RCODE.NOERROR, answers })),
        );
        socket.write(concat(framed));
        return null;
      });
      const limits = { idleMs: 200 };
      const plain = { ...signed, port: server.port, tls: null, tsig: null, limits };
      const fetched = createTransferSource(plain).fetch(request('basic'), null);
      try {
        if (expected === null) {
          assert.deepEqual(textsOf(whole(await fetched).block[0], 'include'), ['192.0.2.1']);
        } else {
          await assert.rejects(fetched, (error: unknown) => {
            assert.ok(error instanceof PolicyError);
            assert.match(error.message, expected);
            return true;
          });
        }
      } finally {
        await server.stop();
      }
    });
  }
});
