import { AgentError, PortalError } from '../core/errors.ts';
import type { Clock, SettingsCredentials, SettingsRecord, SettingsSource } from '../core/ports.ts';
import { decodeSmall } from '../protocol/dns-message.ts';
import { checkName } from '../protocol/dns-name.ts';
import { ResponseError } from '../protocol/dns-response.ts';
import { RCODE } from '../protocol/dns-types.ts';
import { decodeSettings } from '../protocol/settings-record.ts';
import { BADKEY, BADSIG, TsigError } from '../protocol/tsig.ts';
import { ServersFailedError, withServer, type DnsSession } from './dns-client.ts';
import type { ConnectionLimits } from './dns-connection.ts';
import type { TlsTrust } from './dns-socket.ts';

/** How the settings service is reached. */
export interface SettingsSourceOptions {
  readonly tls: TlsTrust;
  readonly clock: Clock;
  /** Overrides of `CONNECTION_LIMITS`. */
  readonly limits?: Partial<ConnectionLimits>;
  readonly signal?: AbortSignal;
}

/**
 * Settings by DNS over TLS: `TXT <device id>.config.<zone>`, query and answer signed with the device's key.
 * An answer that is not signed is refused.
 */
export function createSettingsSource(options: SettingsSourceOptions): SettingsSource {
  return {
    async fetch(credentials) {
      const name = nameOf(credentials);
      const secret = Buffer.from(credentials.autoKey, 'base64');
      const service = {
        ...options,
        servers: [credentials.server],
        port: credentials.port,
        tsig: { name: credentials.deviceId, secret },
      };
      try {
        return await withServer(service, (session) => readRecord(session, name));
      } catch (error) {
        throw portalError(error, credentials);
      }
    },
  };
}

function nameOf({ deviceId, zone }: SettingsCredentials): string {
  return checkName(`${deviceId}.config.${zone}`);
}

async function readRecord(session: DnsSession, name: string): Promise<SettingsRecord> {
  const { answers } = await session.ask(name, 'TXT', ({ message }) => decodeSmall(message));
  const records = answers.filter((record) => record.type === 'TXT');
  const [record] = records;
  if (record?.name !== name || records.length > 1) {
    throw new PortalError(`The portal sent ${records.length} settings records for ${name}, not 1.`);
  }
  return decodeSettings(record.strings);
}

function portalError(error: unknown, { server, port, deviceId }: SettingsCredentials): unknown {
  if (!(error instanceof ServersFailedError)) return error;
  const cause = error.failures[0]?.error ?? error;
  const { reason, remedy } = explain(cause, deviceId);
  return new PortalError(`Settings of ${deviceId} from ${server} port ${port}: ${reason}`, {
    remedy,
    cause,
  });
}

/** Errors by which a server refuses a key. */
const WRONG_KEY: readonly number[] = [BADKEY, BADSIG, RCODE.NOTAUTH];

interface Explanation {
  readonly reason: string;
  readonly remedy: string;
}

function explain(error: AgentError, deviceId: string): Explanation {
  if (error instanceof TsigError) return explainTsig(error);
  if (error instanceof ResponseError && error.rcode === RCODE.NXDOMAIN) {
    return {
      reason: `the portal does not know the device ${deviceId}.`,
      remedy: 'Check the device id; a new device takes some minutes.',
    };
  }
  return { reason: error.message, remedy: error.remedy };
}

function explainTsig(error: TsigError): Explanation {
  const { reason, differenceS, code } = error;
  if (reason === 'bad-time') {
    const seconds = Math.abs(differenceS ?? 0);
    return { reason: `clock differs by ${seconds} s; set NTP.`, remedy: 'Set the clock; use NTP.' };
  }
  if (reason === 'missing') {
    return {
      reason: 'the answer is not signed, so it was refused.',
      remedy: 'Check that the server is the portal.',
    };
  }
  const wrongKey = reason !== 'server-error' || WRONG_KEY.includes(code);
  return {
    reason: wrongKey ? 'wrong device id or key.' : error.message,
    remedy: 'Enter device id and key as the portal shows them.',
  };
}
