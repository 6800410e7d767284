import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { openCertificate } from '../../src/portal/certificate.ts';

const NOW = Date.UTC(2026, 10, 20);
const YEAR_MS = 365 * 86_400_000;

describe('the certificate of the portal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ts-certificate-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('is for localhost, both loopback addresses and the host, for five years', async () => {
    const { cert } = await openCertificate(folder, '2001:db8::c0:ffee', NOW);
    const certificate = new X509Certificate(cert);
    assert.equal(certificate.checkHost('localhost'), 'localhost');
    for (const address of ['127.0.0.1', '::1', '2001:db8::c0:ffee']) {
      assert.equal(certificate.checkIP(address), address);
    }
    assert.equal(certificate.checkHost('portal.example'), undefined);
    assert.equal(certificate.validToDate.getTime(), NOW + 5 * YEAR_MS);
  });

  it('satisfies openssl as a server certificate, with the pin that openssl computes', async () => {
    const { pin } = await openCertificate(folder, 'portal.example', Date.now());
    const path = join(folder, 'portal.crt');
    const verify = ['verify', '-x509_strict', '-partial_chain', '-purpose', 'sslserver'];
    const said = execFileSync('openssl', [...verify, '-CAfile', path, path], { encoding: 'utf8' });
    assert.match(said, /: OK$/m);
    const pipeline = `openssl x509 -in ${path} -pubkey -noout | openssl pkey -pubin -outform der |
      openssl dgst -sha256 -binary | base64`;
    const digest = execFileSync('sh', ['-c', pipeline], { encoding: 'utf8' }).trim();
    assert.equal(pin, `sha256/${digest}`);
  });

  it('keeps its key in a file that only the owner can read', async () => {
    await openCertificate(folder, 'localhost', NOW);
    assert.equal((await stat(join(folder, 'portal.key'))).mode & 0o777, 0o600);
  });

  it('stays the same from start to start', async () => {
    const first = await openCertificate(folder, '127.0.0.1', NOW);
    assert.deepEqual(await openCertificate(folder, '127.0.0.1', NOW + YEAR_MS), first);
  });

  it('is made anew with the same pin before it expires, for a new host, and over a damaged file', async () => {
    const first = await openCertificate(folder, '127.0.0.1', NOW);
    const later = await openCertificate(folder, '127.0.0.1', NOW + 4.9 * YEAR_MS);
    assert.notEqual(later.cert, first.cert);
    const moved = await openCertificate(folder, 'portal.example', NOW + 4.9 * YEAR_MS);
    assert.equal(new X509Certificate(moved.cert).checkHost('portal.example'), 'portal.example');
    await writeFile(join(folder, 'portal.crt'), 'no certificate');
    const mended = await openCertificate(folder, 'portal.example', NOW);
    assert.equal(await readFile(join(folder, 'portal.crt'), 'utf8'), mended.cert);
    assert.deepEqual([later.pin, moved.pin, mended.pin], [first.pin, first.pin, first.pin]);
  });

  it('is refused with the name of the file when the key is damaged', async () => {
    await writeFile(join(folder, 'portal.key'), 'no key');
    await assert.rejects(openCertificate(folder, 'localhost', NOW), (error: unknown) => {
      return error instanceof HostError && error.message.includes('portal.key');
    });
  });
});
