import assert from 'node:assert/strict';
import { PortalError } from '../../src/core/errors.ts';
import type { Clock, SettingsCredentials, SettingsRecord } from '../../src/core/ports.ts';
import { encodeResponse, encodeTxt } from '../../src/protocol/dns-message.ts';
import { RCODE } from '../../src/protocol/dns-types.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createSettingsSource } from '../../src/upstream/settings-source.ts';
import { makeCertificate } from '../support/certificate.ts';
import { interceptDns, type Tamper } from '../support/dns-interceptor.ts';
import { startDnsServer } from '../support/dns-server.ts';
import { TEST_KEY, startNamed, type Named } from '../support/named.ts';
import { ZONE, zoneText } from '../support/policy-zone.ts';

describe('settings source', () => {
  let named: Named;
  let credentials: SettingsCredentials;

  before(async () => {
    named = await startNamed(
      ZONE,
      zoneText(1, [
        'tdid_dev1.config IN TXT "v=1" "serial=12" "block_list=basic." "block_list+=local" "port=53"',
        'broken.config IN TXT "v=1" "serial=12" "port"',
        'double.config IN TXT "v=1" "serial=12"',
        'double.config IN TXT "v=1" "serial=13"',
        'none.config IN A 127.0.0.1',
      ]),
    );
    credentials = {
      deviceId: 'tdid_dev1',
      autoKey: TEST_KEY.secret.toString('base64'),
      server: '127.0.0.1',
      port: named.tlsPort,
      zone: ZONE,
    };
  });
  after(() => named.stop());

  function fetch(
    changes: Partial<SettingsCredentials> = {},
    clock: Clock = systemClock,
  ): Promise<SettingsRecord> {
    const source = createSettingsSource({ tls: { ca: named.certificate.ca }, clock });
    return source.fetch({ ...credentials, ...changes });
  }

  async function failureOf(work: Promise<unknown>): Promise<PortalError> {
    const error: unknown = await work.then(
      () => new assert.AssertionError({ message: 'It was accepted.' }),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PortalError, String(error));
    return error;
  }

  it('reads the record of the device, over TLS and signed', async () => {
    const { serial, values } = await fetch();
    assert.equal(serial, 12);
    assert.deepEqual(values, { block_list: 'basic.local', port: '53' });
  });

  it('says that the id or the key is wrong', async () => {
    const key = Buffer.from('another key of the device').toString('base64');
    for (const changes of [{ autoKey: key }, { deviceId: 'tdid_unknown' }]) {
      const error = await failureOf(fetch(changes));
      assert.match(error.message, /127\.0\.0\.1 port \d+: wrong device id or key/);
      assert.match(error.remedy, /device id and key/);
    }
  });

  it('says by how much the clock is off instead of calling the key wrong', async () => {
    const error = await failureOf(
      fetch({}, { ...systemClock, now: () => Date.now() - 86_400_000 }),
    );
    assert.match(error.message, /clock differs by (8639|8640)\d s; set NTP/);
  });

  it('says that the portal does not know the device when there is no record', async () => {
    const error = await failureOf(fetch({ zone: `other.${ZONE}` }));
    assert.match(error.message, /does not know the device tdid_dev1/);
  });

  it('refuses a server whose certificate is of another CA', async () => {
    const other = makeCertificate('127.0.0.1');
    const source = createSettingsSource({ tls: { ca: other.ca }, clock: systemClock });
    assert.match((await failureOf(source.fetch(credentials))).message, /unknown CA|signature/);
  });

  it('refuses a record that was changed on its way, and one that was recorded before', async () => {
    const certificate = makeCertificate('127.0.0.1');
    const recorded: Buffer[] = [];
    let tamper: Tamper = (answer) => answer;
    const between = await interceptDns(named.tlsPort, certificate, (answer, query) => {
      recorded.push(answer);
      return tamper(answer, query);
    });
    try {
      const source = createSettingsSource({ tls: { ca: certificate.ca }, clock: systemClock });
      const ask = () => source.fetch({ ...credentials, port: between.port });
      assert.equal((await ask()).serial, 12);
      tamper = (answer) => {
        const at = answer.indexOf('serial=12');
        assert.ok(at > 0);
        return Buffer.concat([
          answer.subarray(0, at),
          Buffer.from('serial=13'),
          answer.subarray(at + 9),
        ]);
      };
      assert.match((await failureOf(ask())).message, /wrong device id or key/);
      // The id of the new query, so that only the signature over that query tells.
      tamper = (_, query) =>
        Buffer.concat([query.subarray(0, 2), recorded[0]?.subarray(2) ?? query]);
      assert.match((await failureOf(ask())).message, /wrong device id or key/);
    } finally {
      await between.stop();
    }
  });

  it('refuses an answer that is not signed, and takes an unsigned NOTAUTH for a wrong key', async () => {
    const certificate = makeCertificate('127.0.0.1');
    let rcode: number = RCODE.NOERROR;
    const server = await startDnsServer((question) => {
      const rdata = encodeTxt(['v=1', 'serial=1', 'block_list=evil.local']);
      const answers = [{ name: question.name, type: question.type, ttl: 1, rdata }];
      return encodeResponse({ question, rcode, answers: rcode === RCODE.NOERROR ? answers : [] });
    }, certificate);
    try {
      const source = createSettingsSource({ tls: { ca: certificate.ca }, clock: systemClock });
      const ask = () => failureOf(source.fetch({ ...credentials, port: server.port }));
      assert.match((await ask()).message, /not signed, so it was refused/);
      rcode = RCODE.NOTAUTH;
      assert.match((await ask()).message, /wrong device id or key/);
      rcode = RCODE.NXDOMAIN;
      assert.match((await ask()).message, /not signed, so it was refused/);
    } finally {
      await server.stop();
    }
  });
});
