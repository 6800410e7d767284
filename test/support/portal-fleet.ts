/** A portal with devices, beacons and hits, so that every page has something to show. */
import type { PortalHit } from '../../src/portal/hits/hit-store.ts';
import { updateWanted } from '../../src/portal/fleet/wanted.ts';
import type { Portal } from '../../src/portal/portal.ts';

const HOUR_MS = 3_600_000;

/** What a device says about itself; see docs/protocol.md. */
export type BeaconBody = Readonly<Record<string, unknown>>;

/** Keeps a beacon of a device that enforces what is published, but for what is given. */
export function hear(
  { store, clock }: Portal,
  deviceId: string,
  given: BeaconBody = {},
  agoMs = 0,
): void {
  updateWanted(store, clock);
  const now = clock.now() - agoMs;
  const wanted = store.wanted.get(store.devices.get(deviceId)?.policy ?? '');
  const body = {
    ...{ device_id: deviceId, version: '3.00-01', platform: 'pfsense', state: 'protected' },
    ...{ enabled: true, policy: `threatstop.local=${wanted?.serial ?? 0}` },
    tables: { block: wanted?.block, allow: wanted?.allow },
    ...{ last_refresh: new Date(now - 240_000).toISOString(), waiting_lines: 0, lag_seconds: 0 },
    ...{ problems: [], ...given },
  };
  store.beacons.save({ deviceId, sent: now, received: now, body: JSON.stringify(body) });
}

/** Adds blocked hits, in and out, over the last days: the more the later. */
export async function seedHits(
  { hits, clock }: Pick<Portal, 'hits' | 'clock'>,
  device: string,
  days = 7,
): Promise<void> {
  const many: PortalHit[] = [];
  for (let hour = days * 24 - 1; hour >= 0; hour -= 1) {
    const count = 3 + ((hour * 7) % 11) + (hour % 24 < 9 ? 9 : 0);
    for (let at = 0; at < count; at += 1) {
      many.push(hitAt(many.length, clock.now() - hour * HOUR_MS - at * 60_000));
    }
  }
  for (let from = 0; from < many.length; from += 500) {
    const part = many.slice(from, from + 500);
    await hits.add({ device, batch: 'seed', from, lines: part.length, hits: part });
  }
}

const REMOTES = [
  '203.0.113.66',
  '198.51.100.7',
  '203.0.113.9',
  '198.51.100.200',
  '2001:db8::bad:1',
];
const PORTS = [22, 443, 23, 3389, 80, 445];

function hitAt(line: number, time: number): PortalHit {
  const out = line % 6 === 0;
  return {
    ...{ line, time, direction: out ? 'out' : 'in', action: line % 17 === 0 ? 'pass' : 'block' },
    ...{ protocol: line % 9 === 0 ? 'udp' : 'tcp', interface: out ? 'igb1' : 'igb0' },
    remote: REMOTES[(line * line) % REMOTES.length] ?? '',
    inside: out ? `10.0.0.${line % 4 === 0 ? 23 : 40 + (line % 3)}` : '192.0.2.10',
    ...{ port: PORTS[(line * 5) % PORTS.length] ?? null, sourcePort: 40_000 + line },
  };
}
