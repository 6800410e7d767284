import type { Agent } from 'node:http';
import { isIP } from 'node:net';
import fetch, { type Response } from 'node-fetch';
import { PortalError, printable } from '../core/errors.ts';
import { networkError } from '../core/network-error.ts';

/** How the address check is asked. */
export interface ValidIpOptions {
  /** For the whole exchange. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Connects instead of Node's own agent, e.g. by a proxy. */
  readonly agent?: Agent;
}

/** What the portal says of our address. */
export interface ValidIp {
  /** The address that the portal sees. */
  readonly address: string;
  /** Whether it is in the list of authorized hosts. */
  readonly authorized: boolean;
}

const MAX_BODY_BYTES = 4_096;
const MAX_REDIRECTS = 3;
const ADDRESS = /^Your IP address: (\S{2,45})\s*$/m;
const VERDICT = /^Address is (not )?in the list of authorized hosts\b/m;

/**
 * Asks the portal which address it sees and whether that one may read policies.
 * @param url of the check, e.g. `http://logs.threatstop.com/cgi-bin/validip.pl`
 * @throws PortalError without connection, for a status other than 200, a redirect to another host, more than 4 KB,
 * and text that is not the check's.
 */
export async function checkValidIp(url: string, options: ValidIpOptions = {}): Promise<ValidIp> {
  return parse(await read(url, options), url);
}

async function read(url: string, options: ValidIpOptions): Promise<string> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const signal = AbortSignal.timeout(timeoutMs);
  const agent = options.agent === undefined ? {} : { agent: options.agent };
  try {
    let next = new URL(url);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await fetch(next, {
        redirect: 'manual',
        size: MAX_BODY_BYTES,
        signal,
        ...agent,
      });
      const text = await answer.text();
      const target = redirectOf(answer, next);
      if (target === null) return text;
      next = target;
    }
    throw new PortalError(`it redirects more than ${MAX_REDIRECTS} times`);
  } catch (error) {
    throw failure(url, signal.aborted ? noAnswer(timeoutMs) : error);
  }
}

/** Where the answer sends us, or null when it is the answer. */
function redirectOf(answer: Response, from: URL): URL | null {
  if (answer.status === 200) return null;
  const location = answer.headers.get('location');
  if (answer.status < 300 || answer.status > 399 || location === null) {
    throw new PortalError(`it answered with status ${answer.status}`);
  }
  const target = new URL(location, from);
  if (target.hostname !== from.hostname) {
    throw new PortalError(`it redirects to another host, ${printable(target.hostname)}`);
  }
  return target;
}

function noAnswer(timeoutMs: number): PortalError {
  return new PortalError(`it did not answer within ${timeoutMs / 1000} s`, {
    remedy: 'Check that outgoing HTTP to this address is allowed.',
  });
}

function parse(text: string, url: string): ValidIp {
  const address = ADDRESS.exec(text)?.[1] ?? '';
  const verdict = VERDICT.exec(text);
  if (isIP(address) === 0 || verdict === null) {
    const shown = printable(text.slice(0, 100));
    throw new PortalError(`The address check ${url} answered with something else: "${shown}".`);
  }
  return { address, authorized: verdict[1] === undefined };
}

function failure(url: string, error: unknown): PortalError {
  const reason = error instanceof PortalError ? error : networkError(error);
  return new PortalError(`The address check ${url} failed: ${reason.message}.`, {
    remedy: reason.remedy,
    cause: error,
  });
}
