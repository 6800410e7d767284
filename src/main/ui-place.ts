/** Where the page on its own listens, and with which certificate. */
import { isLoopback } from '../core/host-name.ts';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostname, networkInterfaces } from 'node:os';
import type { Settings } from '../config/options.ts';
import { HostError, SettingsError, messageOf } from '../core/errors.ts';
import { openCertificate } from '../portal/certificate.ts';
import type { TcpPlace } from '../system/listen.ts';
import { systemClock } from '../system/clock.ts';

/** The place, and under which names a browser may ask for the page. */
export interface UiPlace {
  readonly place: TcpPlace;
  readonly hosts: readonly string[];
  /** SHA-256 of the certificate as browsers show it; null without TLS. */
  readonly fingerprint: string | null;
}

/** The settings that say where the page is. */
export type UiSettings = Pick<Settings, 'ui_address' | 'ui_tls_cert' | 'ui_tls_key'>;

/**
 * Null: the page is not wanted (`none`). Any other address than a loopback one gets TLS, by a certificate of its own where
 * the settings name none.
 * @throws SettingsError for another than a loopback address without a password; HostError when the certificate cannot be used
 */
export async function uiPlace(
  { ui_address: address, ui_tls_cert: cert, ui_tls_key: key }: UiSettings,
  { stateDir, hasPassword }: { readonly stateDir: string; readonly hasPassword: boolean },
): Promise<UiPlace | null> {
  if (address === 'none') return null;
  const { host, port } = splitAddress(address);
  const local = isLoopback(host);
  if (!local && !hasPassword) {
    throw new SettingsError(
      `option ui_address: ${address} can be reached by others, and no password is set`,
      {
        remedy: 'Set one with "tsadmin ui --password=-", then start the service again.',
      },
    );
  }
  const named = isWildcard(host) ? ownNames() : [host];
  const tls =
    cert === '' && local ? null : await certificate(cert, key, stateDir, named[0] ?? host);
  const fingerprint = tls === null ? null : new X509Certificate(tls.cert).fingerprint256;
  return { place: { host, port, tls }, hosts: named, fingerprint };
}

async function certificate(cert: string, key: string, stateDir: string, host: string) {
  if (cert === '') return openCertificate(join(stateDir, 'ui'), host, systemClock.now());
  try {
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  } catch (cause) {
    throw new HostError(`options ui_tls_cert and ui_tls_key: ${messageOf(cause)}`, { cause });
  }
}

function splitAddress(address: string): { host: string; port: number } {
  const cut = address.lastIndexOf(':');
  return {
    host: address.slice(0, cut).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(cut + 1)),
  };
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function ownNames(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [hostname(), ...addresses.map(({ address }) => address)];
}
