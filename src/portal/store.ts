import { join } from 'node:path';
import { openDatabase } from '../system/sqlite.ts';
import { migrations } from './migrations.ts';
import { createAccessTable, type AccessTable } from './tables/access.ts';
import { createAdminTable, type AdminTable } from './tables/admins.ts';
import { createApiKeyTable, type ApiKeyTable } from './tables/api-keys.ts';
import { createAlarmTable, type AlarmTable } from './tables/alarms.ts';
import { createAuditTable, type AuditTable } from './tables/audit.ts';
import { createBatchStates, type BatchStates } from './tables/batch-states.ts';
import { createBatchTable, type BatchTable } from './tables/batches.ts';
import { createBeaconTable, type BeaconTable } from './tables/beacons.ts';
import { createDeviceAddressTable, type DeviceAddressTable } from './tables/device-addresses.ts';
import { createDeviceTable, type DeviceTable } from './tables/devices.ts';
import { createEnrolmentTable, type EnrolmentTable } from './tables/enrolments.ts';
import { createExemptionTable, type ExemptionTable } from './tables/exemptions.ts';
import { createFeedTable, type FeedTable } from './tables/feeds.ts';
import { createPolicyTable, type PolicyTable } from './tables/policies.ts';
import { createProblemTable, type ProblemTable } from './tables/problems.ts';
import { createSecondaryTable, type SecondaryTable } from './tables/secondaries.ts';
import { createSourceTable, type SourceTable } from './tables/sources.ts';
import { createValueTable, type ValueTable } from './tables/values.ts';
import { createWantedTable, type WantedPolicyTable } from './tables/wanted.ts';
import { createZoneTable, type ZoneTable } from './tables/zone.ts';

/**
 * What the portal remembers: one SQLite file. Several processes may have it open; each sees the others' commits.
 * It is changed by the operations in `model/`, which check and audit; the tables do neither.
 */
export interface Store {
  readonly devices: DeviceTable;
  readonly addresses: DeviceAddressTable;
  readonly sources: SourceTable;
  readonly feeds: FeedTable;
  readonly policies: PolicyTable;
  readonly zone: ZoneTable;
  readonly access: AccessTable;
  readonly secondaries: SecondaryTable;
  readonly problems: ProblemTable;
  readonly audit: AuditTable;
  readonly admins: AdminTable;
  readonly apiKeys: ApiKeyTable;
  readonly values: ValueTable;
  readonly batches: BatchTable;
  readonly batchStates: BatchStates;
  readonly beacons: BeaconTable;
  readonly wanted: WantedPolicyTable;
  readonly alarms: AlarmTable;
  readonly exemptions: ExemptionTable;
  readonly enrolments: EnrolmentTable;
  /** Runs `work` in one transaction: all of it or nothing. */
  transaction<T>(work: () => T): T;
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
    addresses: createDeviceAddressTable(database),
    sources: createSourceTable(database, values),
    feeds: createFeedTable(database),
    policies: createPolicyTable(database),
    zone: createZoneTable(database, values),
    access: createAccessTable(database),
    secondaries: createSecondaryTable(database),
    problems: createProblemTable(database),
    audit: createAuditTable(database),
    admins: createAdminTable(database),
    apiKeys: createApiKeyTable(database),
    batches: createBatchTable(database),
    batchStates: createBatchStates(database),
    beacons: createBeaconTable(database),
    wanted: createWantedTable(database),
    alarms: createAlarmTable(database),
    exemptions: createExemptionTable(database),
    enrolments: createEnrolmentTable(database),
    transaction: (work) => database.transaction(work),
    close: () => database.close(),
  };
}
