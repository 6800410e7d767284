import { networkError } from '../../core/network-error.ts';
import { isGzip } from './gzip.ts';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import fetch, { type Response } from 'node-fetch';
import { PortalError, messageOf, printable } from '../../core/errors.ts';
import type { FeedProxy } from './feed-proxy.ts';
import { createProxyAgent } from './proxy-agent.ts';
import { checkHost, lookupPublic } from './public-address.ts';

/** What is asked for. */
export interface FeedQuery {
  readonly url: string;
  /** Of the answer before; empty: none. */
  readonly etag: string;
  readonly lastModified: string;
  /** Whether private addresses and plain http are allowed. */
  readonly internal: boolean;
}

/** What came. */
export type FeedAnswer =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'content';
      /** Unpacked. */
      readonly bytes: Uint8Array;
      /** Media type in lower case, without parameters; empty when it was not said. */
      readonly mediaType: string;
      readonly etag: string;
      readonly lastModified: string;
    };

/** Fetches a feed. @throws PortalError with the reason */
export type FetchFeed = (query: FeedQuery) => Promise<FeedAnswer>;

/** What one fetch may take. */
export interface FetchLimits {
  /** Bytes as they come, and unpacked. */
  readonly bytes: number;
  /** For all of it, redirects included. */
  readonly timeoutMs: number;
  readonly redirects: number;
}

/** A plain feed of 4 million addresses is about 60 MB. */
const FETCH_LIMITS: FetchLimits = {
  bytes: 64 * 1024 * 1024,
  timeoutMs: 60_000,
  redirects: 5,
};

const unpack = promisify(gunzip);
const USER_AGENT = 'ts-portal (feeds for ts-pfsense)';
const MAX_HEADER = 300;

/**
 * Fetches feeds by https, within limits, from public addresses only (see {@link FeedQuery.internal}).
 * @param proxyOf the proxy to public feeds; internal ones are always fetched directly
 */
export function createFeedFetcher(proxyOf: FeedProxy, limits = FETCH_LIMITS): FetchFeed {
  return async (query) => {
    try {
      const signal = AbortSignal.timeout(limits.timeoutMs);
      return await readAnswer(await follow(query, { ...limits, proxyOf }, signal), limits);
    } catch (cause) {
      if (cause instanceof PortalError) throw cause;
      const reason = networkError(cause).message;
      throw new PortalError(`fetching ${printable(query.url)}: ${reason}`, { cause });
    }
  };
}

/** Goes to the URL and where that redirects to; every stop is checked like the first one. */
async function follow(
  query: FeedQuery,
  { proxyOf, ...limits }: FetchLimits & { readonly proxyOf: FeedProxy },
  signal: AbortSignal,
): Promise<Response> {
  let url = new URL(query.url);
  for (let stop = 0; stop <= limits.redirects; stop += 1) {
    checkUrl(url, query.internal);
    const response = await fetch(url, {
      headers: headersOf(query),
      redirect: 'manual',
      // Unpacked here: node-fetch takes a cut archive for a whole one.
      compress: false,
      size: limits.bytes,
      agent: agentFor(url, query.internal, proxyOf),
      signal,
    });
    const location = response.headers.get('location');
    if (response.status < 301 || response.status > 308 || location === null) return response;
    response.body?.on('error', () => undefined).resume();
    url = new URL(location, url);
  }
  throw new PortalError(`more than ${limits.redirects} redirects`);
}

function checkUrl(url: URL, internal: boolean): void {
  const isHttp = internal && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isHttp) {
    throw new PortalError(`${printable(url.href)} is not an https URL`);
  }
  if (!internal) checkHost(url);
}

function agentFor(url: URL, internal: boolean, proxyOf: FeedProxy): HttpAgent | HttpsAgent {
  const proxy = internal ? null : proxyOf(url.href);
  if (proxy !== null) return createProxyAgent(proxy);
  const options = internal ? {} : { lookup: lookupPublic };
  return url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
}

function headersOf({ etag, lastModified }: FeedQuery): Record<string, string> {
  return {
    'User-Agent': USER_AGENT,
    'Accept-Encoding': 'gzip',
    ...(etag === '' ? {} : { 'If-None-Match': etag }),
    ...(lastModified === '' ? {} : { 'If-Modified-Since': lastModified }),
  };
}

async function readAnswer(response: Response, limits: FetchLimits): Promise<FeedAnswer> {
  if (response.status === 304) return { kind: 'unchanged' };
  if (response.status !== 200) {
    response.body?.on('error', () => undefined).resume();
    throw new PortalError(`the server answered ${response.status}`);
  }
  const packed = new Uint8Array(await response.arrayBuffer());
  checkLength(response, packed.length);
  const isEncoded = response.headers.get('content-encoding') === 'gzip';
  const bytes = isEncoded ? await unpacked(packed, limits) : packed;
  return {
    kind: 'content',
    bytes: isGzip(bytes) ? await unpacked(bytes, limits) : bytes,
    mediaType:
      (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    etag: headerOf(response, 'etag'),
    lastModified: headerOf(response, 'last-modified'),
  };
}

function checkLength(response: Response, received: number): void {
  const said = response.headers.get('content-length');
  if (said === null || Number(said) === received) return;
  throw new PortalError(`only ${received} of ${printable(said)} bytes came`);
}

/** A header to be sent back; one that is too long is left out. */
function headerOf(response: Response, name: string): string {
  const value = response.headers.get(name) ?? '';
  return value.length <= MAX_HEADER ? value : '';
}

async function unpacked(packed: Uint8Array, limits: FetchLimits): Promise<Uint8Array> {
  try {
    return await unpack(packed, { maxOutputLength: limits.bytes });
  } catch (cause) {
    const isTooLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const why = isTooLong ? `it is more than ${limits.bytes} bytes unpacked` : messageOf(cause);
    throw new PortalError(`unpacking the answer: ${why}`, { cause });
  }
}
