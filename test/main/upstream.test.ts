import assert from 'node:assert/strict';
import { resolveSettings } from '../../src/config/settings.ts';
import { createUpstream } from '../../src/main/upstream.ts';
import { encodeResponse } from '../../src/protocol/dns-message.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import { systemClock } from '../../src/system/clock.ts';
import {
  a,
  soaRecord,
  startDnsServer,
  truthfully,
  type DnsTestServer,
} from '../support/dns-server.ts';
import { ZONE } from '../support/policy-zone.ts';
import { texts } from '../support/prefixes.ts';
import { memoryCopies } from '../support/zone-copies.ts';

const LIST = `basic.${ZONE}`;

describe('the policy service that the settings name', () => {
  let server: DnsTestServer;
  before(async () => {
    const address = { name: LIST, type: TYPE.A, ttl: 60, rdata: a('203.0.113.7') };
    const soa = soaRecord(ZONE, 1);
    server = await startDnsServer((question) =>
      question.type === TYPE.AXFR
        ? encodeResponse({ question, rcode: RCODE.NOERROR, answers: [soa, address, soa] })
        : truthfully(question, ZONE, 1, new Map([[`A ${LIST}`, [address.rdata]]])),
    );
  });
  after(() => server.stop());

  for (const [source, type, readOnly] of [
    ['dns', 'PTR', false],
    ['transfer', 'AXFR', false],
    ['transfer', 'AXFR', true],
  ] as const) {
    const kept = readOnly ? ', and keeps no copy of the zone for a plan' : '';
    it(`is asked for ${type} when policy_source is ${source}${kept}`, async () => {
      server.asked.length = 0;
      const copies = memoryCopies();
      const { values } = resolveSettings(
        {
          ...{ device_id: 'tdid_abcd1234', block_list: LIST, policy_source: source },
          ...{ dns_server: '127.0.0.1', port: String(server.port) },
        },
        null,
      );
      const policySource = createUpstream(systemClock, {}, copies).policySource(values, readOnly);
      const fetched = await policySource.fetch({ blockLists: [LIST], allowLists: [] }, null);
      assert.ok(fetched !== 'unchanged');
      assert.deepEqual(texts(fetched.block[0]!.include), ['203.0.113.7']);
      assert.ok(server.asked.some((asked) => asked.startsWith(type)));
      assert.equal(copies.kept.size, source === 'transfer' && !readOnly ? 1 : 0);
    });
  }
});
