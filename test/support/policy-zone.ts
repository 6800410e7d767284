/** Zones with policies for real name servers, and the feed they are made from. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The zone of the tests. */
export const ZONE = 'threatstop.local';

/** A feed of about 120,000 IPv4 addresses, one a line. */
export function feedAddresses(): string[] {
  const path = new URL('../fixtures/feeds/ipsum-level1.txt.gz', import.meta.url);
  return gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n');
}

/** A zone in master file format: SOA, NS and these lines, whose names are relative to the zone. */
export function zoneText(serial: number, lines: readonly string[]): string {
  const start = [
    `$ORIGIN ${ZONE}.`,
    '$TTL 60',
    `@ IN SOA ns.${ZONE}. host.${ZONE}. ${serial} 60 60 3600 60`,
    '@ IN NS ns',
    'ns IN A 127.0.0.1',
  ];
  return [...start, ...lines, ''].join('\n');
}

/** `PTR` to sub-lists, `APL` at each, as lines of a zone. @param perSubList addresses of each */
export function aplList(name: string, prefixes: readonly string[], perSubList: number): string[] {
  const lines: string[] = [];
  for (let start = 0, part = 0; start < prefixes.length; start += perSubList, part++) {
    lines.push(`${name} IN PTR ${name}-l${part}`);
    lines.push(aplLine(`${name}-l${part}`, prefixes.slice(start, start + perSubList)));
  }
  return lines;
}

/** One `APL` record as a line of a zone. A leading `!` excludes. */
export function aplLine(name: string, prefixes: readonly string[]): string {
  const items = prefixes.map((prefix) => {
    const bare = prefix.replace('!', '');
    const family = bare.includes(':') ? 2 : 1;
    const full = bare.includes('/') ? bare : `${bare}/${family === 1 ? 32 : 128}`;
    return `${prefix.startsWith('!') ? '!' : ''}${family}:${full}`;
  });
  return `${name} IN APL ${items.join(' ')}`;
}
