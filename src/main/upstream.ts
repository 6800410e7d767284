/** The portal's services as the settings name them. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../config/options.ts';
import { SettingsError, messageOf } from '../core/errors.ts';
import type { Clock, PolicySource, ZoneCopies } from '../core/ports.ts';
import { guardHosts, readSurroundings } from '../system/surroundings.ts';
import type { AddressCheck, Upstream } from '../tasks/agent-ports.ts';
import type { TlsTrust } from '../upstream/dns-socket.ts';
import {
  createBeaconSender,
  createExemptionSender,
  type SenderOptions,
} from '../upstream/beacon.ts';
import { createHitUploader } from '../upstream/log-upload.ts';
import { createHttpAgent } from '../upstream/proxy.ts';
import { proxyFor, type Environment } from '../system/proxy-setting.ts';
import { createPolicySource } from '../upstream/policy-source.ts';
import { createTransferSource } from '../upstream/policy-transfer.ts';
import { connectOnce, reachWebServer } from '../upstream/reach.ts';
import { createSettingsSource } from '../upstream/settings-source.ts';
import { checkValidIp } from '../upstream/valid-ip.ts';

/**
 * Builds a client for each service anew for each run, so that changed settings are in force at once.
 * @param environment where the platform says which HTTP proxy to take
 * @param copies of zones, for policies by zone transfer
 */
export function createUpstream(
  clock: Clock,
  environment: Environment,
  copies: ZoneCopies,
): Upstream {
  return {
    policySource: (settings, readOnly = false) =>
      policySource(settings, clock, readOnly ? readOnlyCopies(copies) : copies),
    settingsSource: (settings) => createSettingsSource({ tls: trustOf(settings), clock }),
    uploader: (settings) =>
      createHitUploader({
        url: settings.log_url,
        deviceId: settings.device_id,
        autoKey: settings.auto_key,
        trust: trustOf(settings),
        proxy: proxyFor(settings.log_url, settings.log_proxy, environment),
        clock,
      }),
    beaconSender: (settings) => createBeaconSender(senderOptions(settings, environment, clock)),
    exemptionSender: (settings) =>
      createExemptionSender(senderOptions(settings, environment, clock)),
    checkAddress: (settings) => checkAddress(settings, environment),
    connect: connectOnce,
    reachLogService: (settings) =>
      reachWebServer(
        settings.log_url,
        trustOf(settings),
        proxyFor(settings.log_url, settings.log_proxy, environment),
      ),
    neverBlock: async (settings) => [
      ...(await readSurroundings()),
      ...(await guardHosts(settings.dns_server, 'policy server')),
      ...(await guardHosts(portalHosts(settings), 'portal')),
      ...(await guardHosts(proxyHosts(settings, environment), 'proxy')),
    ],
  };
}

function policySource(settings: Settings, clock: Clock, copies: ZoneCopies): PolicySource {
  const service = {
    servers: settings.dns_server,
    port: settings.port,
    tls: settings.policy_tls ? trustOf(settings) : null,
    tsig: settings.policy_tsig ? keyOf(settings) : null,
    clock,
  };
  return settings.policy_source === 'transfer'
    ? createTransferSource({ ...service, copies })
    : createPolicySource(service);
}

function senderOptions(settings: Settings, environment: Environment, clock: Clock): SenderOptions {
  return {
    logUrl: settings.log_url,
    deviceId: settings.device_id,
    autoKey: settings.auto_key,
    trust: trustOf(settings),
    proxy: proxyFor(settings.log_url, settings.log_proxy, environment),
    clock,
  };
}

function readOnlyCopies({ load }: ZoneCopies): ZoneCopies {
  const nothing = (): Promise<void> => Promise.resolve();
  return { load, save: nothing, keepOnly: nothing, remove: nothing };
}

async function checkAddress(settings: Settings, environment: Environment): Promise<AddressCheck> {
  const { protocol } = new URL(settings.validip_url);
  const proxy = proxyFor(settings.validip_url, settings.log_proxy, environment);
  const agent = createHttpAgent(protocol, { trust: trustOf(settings), proxy });
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

function proxyHosts(settings: Settings, environment: Environment): readonly string[] {
  const proxy = proxyFor(settings.log_url, settings.log_proxy, environment);
  return proxy === null ? [] : [proxy.hostname.replace(/^\[|\]$/g, '')];
}

function portalHosts(settings: Settings): readonly string[] {
  const intake = new URL(settings.log_url).hostname.replace(/^\[|\]$/g, '');
  return settings.type === 'auto' ? [...new Set([settings.settings_server, intake])] : [intake];
}
