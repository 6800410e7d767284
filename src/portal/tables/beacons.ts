import type { Database } from '../../system/sqlite.ts';

/** What a device said last about itself. */
export interface StoredBeacon {
  readonly deviceId: string;
  /** When it was signed and when it came, milliseconds since 1970. */
  readonly sent: number;
  readonly received: number;
  /** The JSON as it came. */
  readonly body: string;
}

/** The last beacon of each device. */
export interface BeaconTable {
  /** Replaces the device's former one. False when that is newer: an old beacon sent again changes nothing. */
  save(beacon: StoredBeacon): boolean;
  get(deviceId: string): StoredBeacon | null;
}

/** The table `beacons`. */
export function createBeaconTable(database: Database): BeaconTable {
  const upsert = database.prepare(
    `INSERT INTO beacons (device_id, sent, received, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (device_id) DO UPDATE SET
       sent = excluded.sent, received = excluded.received, body = excluded.body
     WHERE excluded.sent >= beacons.sent`,
  );
  const select = database.prepare(
    'SELECT device_id AS deviceId, sent, received, body FROM beacons WHERE device_id = ?',
  );
  return {
    save: (beacon) =>
      upsert.run(beacon.deviceId, beacon.sent, beacon.received, beacon.body).changes > 0,
    get: (deviceId) => (select.get(deviceId) as StoredBeacon | undefined) ?? null,
  };
}
