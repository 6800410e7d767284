import { isIP } from 'node:net';
import { parsePrefix } from '../../core/prefix-text.ts';
import { uint32s } from '../../protocol/dns-bytes.ts';
import { encodeName } from '../../protocol/dns-name.ts';
import { TYPE } from '../../protocol/dns-types.ts';
import { SERVER_NAME, ZONE } from './names.ts';
import { recordSet, type RecordSet } from './record-set.ts';

/**
 * The records of the zone itself, without its SOA: NS, which secondaries insist on, and where the name server is.
 * @param host address or name of the portal
 */
export function zoneRecords(host: string): readonly RecordSet[] {
  const family = isIP(host);
  if (family === 0) return [recordSet(ZONE, TYPE.NS, [encodeName(host)])];
  const type = family === 4 ? TYPE.A : TYPE.AAAA;
  const { words } = parsePrefix(host);
  return [
    recordSet(ZONE, TYPE.NS, [encodeName(SERVER_NAME)]),
    recordSet(SERVER_NAME, type, [uint32s(...words)]),
  ];
}
