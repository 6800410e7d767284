/** The portal's services as the settings name them. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../config/options.ts';
import { SettingsError, messageOf } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { guardHosts, readSurroundings } from '../system/surroundings.ts';
import type { AddressCheck, Upstream } from '../tasks/agent-ports.ts';
import type { TlsTrust } from '../upstream/dns-socket.ts';
import { createHitUploader } from '../upstream/log-upload.ts';
import { createHttpAgent } from '../upstream/proxy.ts';
import { createPolicySource } from '../upstream/policy-source.ts';
import { createSettingsSource } from '../upstream/settings-source.ts';
import { checkValidIp } from '../upstream/valid-ip.ts';

/** Builds a client for each service anew for each run, so that changed settings are in force at once. */
export function createUpstream(clock: Clock): Upstream {
  return {
    policySource: (settings) =>
      createPolicySource({
        servers: settings.dns_server,
        port: settings.port,
        tls: settings.policy_tls ? trustOf(settings) : null,
        tsig: settings.policy_tsig ? keyOf(settings) : null,
        clock,
      }),
    settingsSource: (settings) => createSettingsSource({ tls: trustOf(settings), clock }),
    uploader: (settings) =>
      createHitUploader({
        url: settings.log_url,
        deviceId: settings.device_id,
        autoKey: settings.auto_key,
        trust: trustOf(settings),
        clock,
      }),
    checkAddress: (settings) => checkAddress(settings),
    neverBlock: async (settings) => [
      ...(await readSurroundings()),
      ...(await guardHosts(settings.dns_server, 'policy server')),
      ...(await guardHosts(portalHosts(settings), 'portal')),
    ],
  };
}

async function checkAddress(settings: Settings): Promise<AddressCheck> {
  const { protocol } = new URL(settings.validip_url);
  const agent = createHttpAgent(protocol, { trust: trustOf(settings), proxy: null });
  return checkValidIp(settings.validip_url, { agent });
}

function trustOf(settings: Settings): TlsTrust {
  return {
    ...(settings.portal_ca === '' ? {} : { ca: readCa(settings.portal_ca) }),
    ...(settings.portal_pin === '' ? {} : { pin: settings.portal_pin }),
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SettingsError(`option portal_ca: reading ${path}: ${messageOf(cause)}`, { cause });
  }
}

function keyOf(settings: Settings): { name: string; secret: Uint8Array } {
  return { name: settings.device_id, secret: Buffer.from(settings.auto_key, 'base64') };
}

function portalHosts(settings: Settings): readonly string[] {
  const intake = new URL(settings.log_url).hostname.replace(/^\[|\]$/g, '');
  return settings.type === 'auto' ? [settings.settings_server, intake] : [intake];
}
