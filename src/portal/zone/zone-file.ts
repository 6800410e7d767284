import { FormatError } from '../../core/errors.ts';
import { PrefixBuilder } from '../../core/prefix-builder.ts';
import { formatPrefix, prefixAt } from '../../core/prefix-text.ts';
import { decodeApl } from '../../protocol/apl.ts';
import { readName } from '../../protocol/dns-name.ts';
import { TYPE, typeName } from '../../protocol/dns-types.ts';
import type { ZoneTable } from '../tables/zone.ts';
import { ZONE } from './names.ts';
import { TTL_SECONDS, dataOf, type RecordSet } from './record-set.ts';
import { SOA } from './soa.ts';

/** Items of an APL record on one line of the file. */
const ITEMS_A_LINE = 8;

/**
 * The zone as a master file (RFC 1035 §5) for a real name server, in pieces. One version of it, whatever is published
 * meanwhile.
 */
export function* zoneFile(
  zone: Pick<ZoneTable, 'serial' | 'nextOf' | 'oldest'>,
): Generator<string> {
  const serial = zone.serial();
  yield `$ORIGIN ${ZONE}.\n$TTL ${TTL_SECONDS}\n`;
  const { mname, rname, refresh, retry, expire, minimum } = SOA;
  yield `@ IN SOA ${mname}. ${rname}. ${serial} ${refresh} ${retry} ${expire} ${minimum}\n`;
  for (let id = 0, set = zone.nextOf(serial, id); set !== null; set = zone.nextOf(serial, id)) {
    yield setText(set);
    id = set.id;
  }
  if (zone.oldest() > serial) throw new FormatError(`the version ${serial} is not kept any more`);
}

function setText(set: RecordSet): string {
  const start = `${set.owner}. IN ${typeName(set.type)} `;
  return [...dataOf(set)].map((rdata) => `${start}${dataText(set.type, rdata)}\n`).join('');
}

function dataText(type: number, rdata: Uint8Array): string {
  switch (type) {
    case TYPE.NS:
    case TYPE.PTR:
      return `${readName(rdata, 0)}.`;
    case TYPE.A:
      return rdata.join('.');
    case TYPE.AAAA:
      return formatPrefix({ family: 6, words: wordsIn(rdata), length: 128 });
    case TYPE.APL:
      return aplText(rdata);
    default:
      throw new FormatError(`a record of type ${type} in the zone`);
  }
}

function wordsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [0, 4, 8, 12].map((at) => view.getUint32(at));
}

function aplText(rdata: Uint8Array): string {
  const include4 = new PrefixBuilder(4);
  const include6 = new PrefixBuilder(6);
  decodeApl(rdata, 0, rdata.length, { include4, include6, exclude4: include4, exclude6: include6 });
  const lines = ['('];
  for (const list of [include4.toList(), include6.toList()]) {
    for (let at = 0; at < list.size; at += ITEMS_A_LINE) {
      const end = Math.min(list.size, at + ITEMS_A_LINE);
      const items = Array.from({ length: end - at }, (_, i) => prefixAt(list, at + i));
      lines.push(items.map(itemText).join(' '));
    }
  }
  return [...lines, ')'].join('\n ');
}

/** `1:192.0.2.0/24` (RFC 3123 §5). */
function itemText(prefix: { family: 4 | 6; words: readonly number[]; length: number }): string {
  const text = formatPrefix(prefix);
  const full = text.includes('/') ? text : `${text}/${prefix.length}`;
  return `${prefix.family === 4 ? 1 : 2}:${full}`;
}
