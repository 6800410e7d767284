import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a test and a server certificate it signed. */
export interface TestCertificate {
  /** CA certificate, PEM. */
  readonly ca: string;
  /** Server certificate, PEM. */
  readonly certificate: string;
  /** Private key of the server, PKCS #8, PEM. */
  readonly key: string;
  /** DER of the server certificate. */
  readonly der: Uint8Array;
}

/** Makes a CA and a server certificate for the names and addresses with openssl, valid for a day. */
export function makeCertificate(...hosts: readonly string[]): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'ts-certificate-'));
  const openssl = (args: string) =>
    execFileSync('openssl', args.split(' '), { cwd: folder, stdio: 'pipe' });
  const names = hosts.map((host) => `${/^[\d.]+$/.test(host) ? 'IP' : 'DNS'}:${host}`);
  try {
    const newKey = 'req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
    openssl(`${newKey} -x509 -days 1 -subj /CN=test-ca -keyout ca.key -out ca.pem`);
    openssl(`${newKey} -subj /CN=test-server -keyout server.key -out server.csr`);
    writeFileSync(join(folder, 'names'), `subjectAltName=${names.join(',')}\n`);
    openssl(
      'x509 -req -days 1 -in server.csr -CA ca.pem -CAkey ca.key -extfile names -out server.pem',
    );
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const certificate = read('server.pem');
    const der = new Uint8Array(new X509Certificate(certificate).raw);
    return { ca: read('ca.pem'), certificate, key: read('server.key'), der };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
