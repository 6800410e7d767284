import type { Database } from '../../system/sqlite.ts';

/** A device whose name is to be looked up. */
export interface DueName {
  readonly deviceId: string;
  /** Fully qualified name. */
  readonly name: string;
}

/** The addresses devices come from now: the fixed ones, and those their names had when they were looked up last. */
export interface DeviceAddressTable {
  /** Replaces the addresses of a device. */
  set(deviceId: string, addresses: readonly string[]): void;
  of(deviceId: string): readonly string[];
  /** Whether a device in service comes from this address (as sockets tell it). */
  has(address: string): boolean;
  /** Devices in service whose name is due. @param now milliseconds since 1970 */
  dueNames(now: number): readonly DueName[];
  /** Notes when the name of a device is to be looked up again. */
  setDue(deviceId: string, due: number): void;
}

/** The table `device_addresses`. */
export function createDeviceAddressTable(database: Database): DeviceAddressTable {
  const remove = database.prepare('DELETE FROM device_addresses WHERE device_id = ?');
  const insert = database.prepare('INSERT OR IGNORE INTO device_addresses VALUES (?, ?)');
  const select = database.prepare(
    'SELECT address FROM device_addresses WHERE device_id = ? ORDER BY address',
  );
  const selectAddress = database.prepare(
    `SELECT 1 FROM device_addresses a JOIN devices d ON d.id = a.device_id
     WHERE a.address = ? AND d.retired IS NULL LIMIT 1`,
  );
  const selectDue = database.prepare(
    `SELECT id AS deviceId, address AS name FROM devices
     WHERE ip_type = 'dynamic' AND retired IS NULL AND coalesce(resolve_due, 0) <= ?`,
  );
  const updateDue = database.prepare('UPDATE devices SET resolve_due = ? WHERE id = ?');
  return {
    set: (deviceId, addresses) =>
      database.transaction(() => {
        remove.run(deviceId);
        for (const address of addresses) insert.run(deviceId, address);
      }),
    of: (deviceId) => (select.all(deviceId) as { address: string }[]).map((row) => row.address),
    has: (address) => selectAddress.get(address) !== undefined,
    dueNames: (now) => selectDue.all(now) as DueName[],
    setDue: (deviceId, due) => void updateDue.run(due, deviceId),
  };
}
