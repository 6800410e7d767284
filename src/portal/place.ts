import { HostError } from '../core/errors.ts';
import { addressesOf, type PortalAddresses, type PortalPorts } from './addresses.ts';
import type { Store } from './store.ts';
import { SETTINGS_SERIAL } from './tables/devices.ts';
import { zoneRecords } from './zone/zone-records.ts';

/** Where a portal serves: remembered from start to start, and for commands beside the server. */
export interface Place {
  readonly host: string;
  readonly ports: PortalPorts;
}

const PLACE = 'place';
const PLACE_SERIAL = 'place_serial';

/** Where the portal served last; null before its first start. */
export function storedPlace({ values }: Store): Place | null {
  const text = values.get(PLACE);
  return text === null ? null : (JSON.parse(text) as Place);
}

/**
 * Remembers where the portal serves. Another place than before gives all settings records a new serial, because they
 * name it; the zone's own records, which name the host, get one when it changes.
 */
export function rememberPlace(store: Store, place: Place, now: number): void {
  const { values } = store;
  const text = JSON.stringify(place);
  store.transaction(() => {
    store.zone.replace('', zoneRecords(place.host), 0, now);
    if (values.get(PLACE) === text) return;
    values.set(PLACE_SERIAL, String(values.next(SETTINGS_SERIAL)));
    values.set(PLACE, text);
  });
}

/** The addresses of a portal, and the serial of the settings since it has them. */
export interface PortalPlace {
  readonly addresses: PortalAddresses;
  readonly serial: number;
}

/** Where devices find the portal. @throws HostError before its first start: it has no ports yet */
export function portalPlace(store: Store): PortalPlace {
  const place = storedPlace(store);
  if (place === null) {
    throw new HostError('the portal was not started yet, so it has no ports', {
      remedy: 'Start it first: ts-portal serve --state DIR.',
    });
  }
  const addresses = addressesOf(place.host, place.ports);
  return { addresses, serial: store.values.number(PLACE_SERIAL) };
}
