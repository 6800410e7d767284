import { FormatError } from '../core/errors.ts';
import { concat, uint32s } from './dns-bytes.ts';
import { encodeName } from './dns-name.ts';

/** Start of authority of a zone (RFC 1035 §3.3.13). Times in seconds. */
export interface Soa {
  readonly mname: string;
  /** Mailbox of who is responsible, as a DNS name. */
  readonly rname: string;
  /** 32-bit, counted as RFC 1982 says. */
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Data of an SOA record. @throws FormatError for a bad name. */
export function encodeSoa(soa: Soa): Uint8Array {
  return concat([
    encodeName(soa.mname),
    encodeName(soa.rname),
    uint32s(soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum),
  ]);
}

/** Data of a TXT record, the strings in UTF-8. @throws FormatError for no string, or one of more than 255 bytes. */
export function encodeTxt(strings: readonly string[]): Uint8Array {
  if (strings.length === 0) throw new FormatError('A TXT record needs at least one string.');
  return concat(
    strings.map((string) => {
      const bytes = new TextEncoder().encode(string);
      if (bytes.length > 255) {
        throw new FormatError(`A string of a TXT record has ${bytes.length} bytes, more than 255.`);
      }
      return concat([Uint8Array.of(bytes.length), bytes]);
    }),
  );
}
