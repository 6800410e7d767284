import { concat, uint16s, uint32s } from './dns-bytes.ts';
import { encodeName } from './dns-name.ts';
import { HEADER_BYTES } from './dns-scan.ts';
import { CLASS_IN, TYPE } from './dns-types.ts';

/**
 * A query for the differences of a zone since a serial: the question, and in the authority section an SOA record of
 * which servers read the serial only (RFC 1995 §3).
 * @throws FormatError for a bad name
 */
export function encodeIxfrQuery(id: number, zone: string, since: number): Uint8Array {
  const owner = uint16s(0xc000 | HEADER_BYTES);
  const noNames = Uint8Array.of(0, 0);
  const numbers = uint32s(since, 0, 0, 0, 0);
  return concat([
    uint16s(id, 0, 1, 0, 1, 0),
    encodeName(zone),
    uint16s(TYPE.IXFR, CLASS_IN),
    owner,
    uint16s(TYPE.SOA, CLASS_IN, 0, 0, noNames.length + numbers.length),
    noNames,
    numbers,
  ]);
}
