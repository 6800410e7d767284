/** Serials of zones, and the version of a policy that is made of them. */
import type { PolicyVersion } from './ports.ts';

/** Zone name → SOA serial. */
export type Zones = ReadonlyMap<string, number>;

/** A zone whose serial went back. */
export interface OlderZone {
  readonly zone: string;
  readonly before: number;
  readonly after: number;
}

/** `zone=serial` of each zone, sorted, joined by a blank. */
export function versionOf(zones: Zones): PolicyVersion {
  return [...zones]
    .map(([zone, serial]) => `${zone}=${serial}`)
    .sort()
    .join(' ');
}

/** The zones of a version. */
export function zonesIn(version: PolicyVersion): Zones {
  const parts = version.split(' ').filter((part) => part !== '');
  return new Map(
    parts.map((part) => {
      const [zone = '', serial = ''] = part.split('=');
      return [zone, Number(serial)];
    }),
  );
}

/** The zones of both versions that are older in the second one, by name. */
export function olderZones(before: PolicyVersion, after: PolicyVersion): readonly OlderZone[] {
  const earlier = zonesIn(before);
  return [...zonesIn(after)].flatMap(([zone, serial]) => {
    const known = earlier.get(zone) ?? serial;
    const wentBack = serial !== known && !isNewerSerial(serial, known);
    return wentBack ? [{ zone, before: known, after: serial }] : [];
  });
}

/** Whether a serial is newer than another one (RFC 1982 §3.2); of two that are 2^31 apart, neither is. */
export function isNewerSerial(serial: number, than: number): boolean {
  const ahead = (serial - than) >>> 0;
  return ahead > 0 && ahead < 0x80000000;
}
