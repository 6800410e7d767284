import type { Clock } from '../core/ports.ts';
import { decodeKey, formatAuthorization, signUpload } from '../protocol/upload.ts';
import type { TlsTrust } from './dns-socket.ts';

/** How, and as whom, a device reaches the intake of its portal. */
export interface IntakeAccess {
  readonly deviceId: string;
  /** The device's key (base64). */
  readonly autoKey: string;
  readonly trust: TlsTrust;
  readonly clock: Clock;
  /** HTTP proxy, `http://[user:password@]host:port`. Default: none. */
  readonly proxy?: URL | null;
  /** For a whole exchange, answer included. */
  readonly timeoutMs?: number;
}

/** What is signed beside method, path and time. */
export interface SignedContent {
  /** Empty for what is no batch. */
  readonly batchId: string;
  /** Of the lines of the batch, or of the body. */
  readonly sha256: string;
}

/** The `Authorization` of a POST to a URL of the intake, signed now. */
export function authorizationFor(
  url: URL,
  content: SignedContent,
  { deviceId, autoKey, clock }: IntakeAccess,
): string {
  const ts = Math.floor(clock.now() / 1000);
  const input = { method: 'POST', path: `${url.pathname}${url.search}`, ts, ...content };
  const signature = signUpload(input, decodeKey(autoKey));
  return formatAuthorization({ deviceId, ts, signature });
}
