import {
  X509Certificate,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';
import { writeFileAtomic } from '../system/atomic-file.ts';
import { readTextOrNull } from '../system/read-text.ts';
import { selfSignedCertificate } from './x509.ts';

/** The portal's own certificate. */
export interface ServerCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** `sha256/<base64>` of the public key (SPKI, DER), as `portal_pin` takes it. */
  readonly pin: string;
}

const DAY_MS = 86_400_000;
const LIFETIME_MS = 5 * 365 * DAY_MS;
/** A certificate with less than this left is made anew at start. */
const RENEW_MS = 90 * DAY_MS;
const HOSTS = ['localhost', '127.0.0.1', '::1'];

/**
 * The certificate in `portal.key` (0600) and `portal.crt` below `stateDir`, made at the first start. It is
 * made anew, with the same key and so the same pin, before it expires and when the host is not in it.
 * @param host name or address that devices use, besides localhost
 * @throws HostError when a file cannot be read, written or understood
 */
export async function openCertificate(
  stateDir: string,
  host: string,
  now: number,
): Promise<ServerCertificate> {
  const key = await openKey(join(stateDir, 'portal.key'));
  const path = join(stateDir, 'portal.crt');
  const stored = await readTextOrNull(path);
  const cert = stored !== null && serves(stored, key, host, now) ? stored : make(key, host, now);
  if (cert !== stored) await writeFileAtomic(path, cert, 0o644);
  return { key: pemOf(key), cert, pin: pinOf(key) };
}

async function openKey(path: string): Promise<KeyObject> {
  const stored = await readTextOrNull(path);
  if (stored === null) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFileAtomic(path, pemOf(privateKey), 0o600);
    return privateKey;
  }
  try {
    return createPrivateKey(stored);
  } catch (cause) {
    throw new HostError(`reading the key ${path}: ${messageOf(cause)}`, {
      remedy: 'Restore it from a backup, or remove it: devices then need the new pin.',
      cause,
    });
  }
}

function serves(pem: string, key: KeyObject, host: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const named = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
    const left = certificate.validToDate.getTime() - now;
    return named !== undefined && left > RENEW_MS && certificate.checkPrivateKey(key);
  } catch {
    // A file that holds no certificate is replaced like one that has expired.
    return false;
  }
}

function make(key: KeyObject, host: string, now: number): string {
  return selfSignedCertificate(
    {
      commonName: 'ThreatSTOP portal',
      hosts: [...new Set([...HOSTS, host])],
      notBefore: now - DAY_MS,
      notAfter: now + LIFETIME_MS,
    },
    key,
  );
}

function pinOf(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
