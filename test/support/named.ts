/** A real BIND for tests: one zone, plain TCP and TLS, a TSIG key. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type TestCertificate } from './certificate.ts';
import { startDaemon } from './dns-daemon.ts';
import { freePort } from './free-port.ts';

/** The key that BIND and Knot of the tests know. */
export const TEST_KEY = {
  name: 'tdid_dev1',
  secret: Buffer.from('0123456789abcdef0123456789abcdef'),
};

/** A running BIND. */
export interface Named {
  /** Plain DNS on 127.0.0.1. */
  readonly port: number;
  /** DNS over TLS on 127.0.0.1, certificate for `dns.test` and `127.0.0.1`. */
  readonly tlsPort: number;
  readonly certificate: TestCertificate;
  /** Replaces the zone by one with another serial. What changed can be asked for (IXFR). */
  change(zoneText: string): Promise<void>;
  /** Waits until its log says something, now or since its last change. */
  logged(expected: RegExp): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** Starts BIND with one zone. @param zoneText in master file format */
export async function startNamed(zone: string, zoneText: string): Promise<Named> {
  const folder = await mkdtemp(join(tmpdir(), 'ts-named-'));
  const certificate = makeCertificate('dns.test', '127.0.0.1');
  const [port, tlsPort] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'cert.pem'), certificate.certificate);
  await writeFile(join(folder, 'key.pem'), certificate.key);
  await writeFile(join(folder, 'zone.db'), zoneText);
  await writeFile(join(folder, 'named.conf'), configuration(folder, zone, port, tlsPort));
  const args = ['-c', join(folder, 'named.conf'), '-g', '-n', '1'];
  const daemon = await startDaemon('named', args, / running$/m);
  let changes = 0;
  return {
    port,
    tlsPort,
    certificate,
    async change(changed) {
      const path = join(folder, 'zone.db');
      await writeFile(path, changed);
      // BIND passes a file over whose time, in seconds, is the same.
      changes += 1;
      const time = Date.now() / 1000 + changes * 2;
      await utimes(path, time, time);
      await daemon.reload(/\/IN: loaded serial/);
    },
    logged: (expected) => daemon.logged(expected),
    async stop() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, zone: string, port: number, tlsPort: number): string {
  return `
key "${TEST_KEY.name}" { algorithm hmac-sha256; secret "${TEST_KEY.secret.toString('base64')}"; };
tls server { cert-file "${folder}/cert.pem"; key-file "${folder}/key.pem"; };
controls { };
options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on port ${tlsPort} tls server { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no; notify no; dnssec-validation no; minimal-responses no;
  allow-transfer { key "${TEST_KEY.name}"; };
  max-records-per-type 0; max-types-per-name 0;
};
zone "${zone}" { type primary; file "zone.db"; ixfr-from-differences yes; };
`;
}
