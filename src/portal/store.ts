import { join } from 'node:path';
import { openDatabase } from '../system/sqlite.ts';
import { migrations } from './migrations.ts';
import { createBatchTable, type BatchTable } from './tables/batches.ts';
import { createBeaconTable, type BeaconTable } from './tables/beacons.ts';
import { createDeviceTable, type DeviceTable } from './tables/devices.ts';
import { createListTable, type ListTable } from './tables/lists.ts';
import { createValueTable, type ValueTable } from './tables/values.ts';

/** What the portal remembers: one SQLite file. Several processes may have it open; each sees the others' commits. */
export interface Store {
  readonly devices: DeviceTable;
  readonly lists: ListTable;
  readonly values: ValueTable;
  readonly batches: BatchTable;
  readonly beacons: BeaconTable;
  close(): void;
}

/**
 * Opens the portal's database `<stateDir>/portal.db` (made when missing, mode 0600).
 * @throws HostError naming the file
 */
export function openStore(stateDir: string): Store {
  const database = openDatabase(join(stateDir, 'portal.db'), migrations);
  const values = createValueTable(database);
  return {
    values,
    devices: createDeviceTable(database, values),
    lists: createListTable(database, values),
    batches: createBatchTable(database),
    beacons: createBeaconTable(database),
    close: () => database.close(),
  };
}
