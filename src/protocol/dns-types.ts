/** Record types of the DNS that this program reads or writes (IANA "DNS Parameters"). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  APL: 42,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** Name of a type that can be asked for. */
export type TypeName = keyof typeof TYPE;

/** Class Internet. */
export const CLASS_IN = 1;

/** Class ANY, which TSIG records carry. */
export const CLASS_ANY = 255;

/** Response codes (RFC 1035 §4.1.1, RFC 2136 §2.2). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  /** A version of EDNS that is not known (RFC 6891 §9). */
  BADVERS: 16,
} as const;

/** `APL` for 42; `TYPE65280` for a type without a name here (RFC 3597 §5). */
export function typeName(type: number): string {
  const known = Object.entries(TYPE).find(([, number]) => number === type);
  return known?.[0] ?? `TYPE${type}`;
}

/** `NXDOMAIN` for 3; `RCODE11` for a code without a name here. */
export function rcodeName(rcode: number): string {
  const known = Object.entries(RCODE).find(([, number]) => number === rcode);
  return known?.[0] ?? `RCODE${rcode}`;
}
