/**
 * What a request must be before any page sees it. Each check is a value: null when the request passes,
 * else why it is refused.
 */
import { isLoopback } from '../core/host-name.ts';
import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { refusedTexts as refused } from './refused-texts.ts';

/** A check of a request. */
export type Check = (request: Request) => Refused | null;

/** Why a request is refused. */
export interface Refused {
  /** Of HTTP. */
  readonly status: number;
  /** For people. */
  readonly text: string;
}

const FORM = 'application/x-www-form-urlencoded';
const METHODS = new Set(['GET', 'HEAD', 'POST']);

function checkMethod({ method }: Request): Refused | null {
  return METHODS.has(method) ? null : refuse(405, refused.method);
}

/** Only forms: they are all a page sends, and nothing else is read from a body. */
const checkMediaType =
  (types: readonly string[]): Check =>
  (request) => {
    if (request.method !== 'POST') return null;
    const length = request.headers['content-length'];
    const empty = length === undefined && request.headers['transfer-encoding'] === undefined;
    if (empty || length === '0') return null;
    return request.is([...types]) !== false ? null : refuse(415, refused.badForm);
  };

/** Against DNS rebinding: a stranger's name that leads to this address is not a name of ours. */
function checkHost(hosts: readonly string[]): Check {
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  return (request) => {
    const name = hostName(request.headers.host ?? '');
    return isLoopback(name) || known.has(name) ? null : refuse(421, refused.host);
  };
}

/** The Host header without its port, and an IPv6 address without brackets; empty when malformed. */
function hostName(header: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase();
}

/**
 * A POST must come from our own page. Browsers say so by `Sec-Fetch-Site` (https and loopback) or by
 * `Origin`; a client that sends neither is no browser and carries nobody's cookie.
 */
function checkOrigin(request: Request): Refused | null {
  const site = request.headers['sec-fetch-site'];
  const crossSite = site === 'cross-site' || site === 'same-site';
  if (request.method !== 'POST') {
    // A link from elsewhere may open a page; an image or script of a stranger may not even ask.
    const embedded = crossSite && request.headers['sec-fetch-mode'] !== 'navigate';
    return embedded ? refuse(403, refused.origin) : null;
  }
  const { origin, host } = request.headers;
  const strangeOrigin = origin !== undefined && URL.parse(origin)?.host !== host;
  return crossSite || strangeOrigin ? refuse(403, refused.origin) : null;
}

/** Whether the form carries the token of its session. */
export function isTokenOf(csrf: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const wanted = Buffer.from(csrf);
  const found = Buffer.from(given);
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** The checks of every request behind a relay, in order: the relay has checked host and origin. */
export const RELAY_CHECKS: readonly Check[] = [checkMethod, checkMediaType([FORM])];

/**
 * The checks of every request of a browser, in order.
 * @param hosts names and addresses beside those of loopback under which the site may be asked for, without port
 * @param types media types of bodies
 */
export function browserChecks(hosts: readonly string[], types = [FORM]): readonly Check[] {
  return [checkMethod, checkHost(hosts), checkOrigin, checkMediaType(types)];
}

function refuse(status: number, text: string): Refused {
  return { status, text };
}
