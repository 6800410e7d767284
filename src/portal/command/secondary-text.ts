import type { IssuedSecondary } from '../model/secondaries.ts';
import type { Place } from '../place.ts';
import { ZONE } from '../zone/names.ts';

/** The configuration of a new secondary, for BIND and for Knot, with its key. */
export function secondaryText({ name, key }: IssuedSecondary, place: Place | null): string {
  const host = place?.host ?? 'ADDRESS-OF-THE-PORTAL';
  const port = place?.ports.policy ?? 53;
  return `key name  ${name}
key       ${key}

BIND (named.conf):
key "${name}" { algorithm hmac-sha256; secret "${key}"; };
zone "${ZONE}" {
  type secondary;
  primaries { ${host} port ${port} key "${name}"; };
  file "${ZONE}.db";
};
options { max-records-per-type 0; max-types-per-name 0; };  // in your options; lists have many records

Knot (knot.conf):
key:
  - id: ${name}
    algorithm: hmac-sha256
    secret: ${key}
remote:
  - id: portal
    address: ${host}@${port}
    key: ${name}
acl:
  - id: notify-from-portal
    remote: portal
    action: notify
zone:
  - domain: ${ZONE}
    master: portal
    acl: notify-from-portal
`;
}
