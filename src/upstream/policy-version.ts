import { PolicyError } from '../core/errors.ts';
import type { PolicyVersion } from '../core/ports.ts';
import { versionOf, zonesIn, type Zones } from '../core/zone-serial.ts';
import { decodeSmall } from '../protocol/dns-message.ts';
import type { Answered, DnsSession } from './dns-client.ts';
import { aboutList } from './dns-remedy.ts';

/** The zone of the map that holds the name: the longest one; null when none does. */
export function zoneOf(name: string, zones: Iterable<string>): string | null {
  const holding = [...zones].filter((zone) => name === zone || name.endsWith(`.${zone}`));
  return holding.sort((a, b) => b.length - a.length)[0] ?? null;
}

/**
 * The zones that hold the lists, with their serials: one query for each zone of `known`, one for each list
 * that is in none of them.
 * @param known the version of an earlier read, or null
 * @throws what the session throws, naming the list; PolicyError for an answer without a fitting SOA record
 */
export async function zonesOf(
  session: DnsSession,
  lists: readonly string[],
  known: PolicyVersion | null,
): Promise<Zones> {
  const knownZones = [...zonesIn(known ?? '').keys()];
  const asked = new Set(lists.map((list) => zoneOf(list, knownZones) ?? list));
  const found = await Promise.all(
    [...asked].map((name) => aboutList(name, () => readSoa(session, name))),
  );
  return new Map(found);
}

/**
 * The zones that hold the lists, unless they are still as in `known`.
 * @throws as {@link zonesOf}
 */
export async function changedZones(
  session: DnsSession,
  lists: readonly string[],
  known: PolicyVersion | null,
): Promise<Zones | 'unchanged'> {
  if (known !== null && versionOf(await zonesOf(session, lists, known)) === known) {
    return 'unchanged';
  }
  // With the change a list may have got a zone of its own, so each is asked for.
  return zonesOf(session, lists, null);
}

async function readSoa(session: DnsSession, name: string): Promise<[string, number]> {
  const decode = ({ message }: Answered) => decodeSmall(message);
  const { answers, authority } = await session.ask(name, 'SOA', decode);
  const record = [...answers, ...authority].find((candidate) => candidate.type === 'SOA');
  if (record === undefined || zoneOf(name, [record.name]) === null) {
    throw new PolicyError('The answer has no SOA record of its zone.', {
      remedy: 'Check that the server holds the zone of the list.',
    });
  }
  return [record.name, record.soa.serial];
}
