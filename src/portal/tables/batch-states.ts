import type { Database } from '../../system/sqlite.ts';

/** A batch on disk. Times are milliseconds since 1970. */
export interface PendingBatch {
  readonly deviceId: string;
  readonly batchId: string;
  /** Time of its first line. */
  readonly first: number;
  readonly received: number;
}

/** A batch that cannot be read. */
export interface QuarantinedBatch extends PendingBatch {
  readonly reason: string;
}

/** How far the batches are on their way from the disk to the hit store. */
export interface BatchStates {
  /** Batches of hits that are not in the hit store yet, oldest first. */
  pending(limit: number): readonly PendingBatch[];
  /** @param unreadable lines of it that are no lines of a firewall log */
  imported(batch: PendingBatch, unreadable: number): void;
  /** The batch cannot be read; its file stays. */
  quarantine(batch: PendingBatch, reason: string): void;
  /** Batches that cannot be read, newest first. */
  quarantined(limit: number): readonly QuarantinedBatch[];
  /** Batches from before a time that are not on their way any more, oldest first. */
  old(before: number, limit: number): readonly PendingBatch[];
  remove(batch: PendingBatch): void;
  /** All imported batches wait again. @returns how many */
  again(): number;
  /** Batches that wait, and when the oldest came; null: none does. */
  waiting(): { readonly batches: number; readonly oldest: number | null };
  /** When each device's last batch arrived. */
  lastReceived(): ReadonlyMap<string, number>;
}

const COLUMNS = 'device_id AS deviceId, batch_id AS batchId, first, received';

/** The states in the table `batches`. */
export function createBatchStates(database: Database): BatchStates {
  const pending = database.prepare(
    `SELECT ${COLUMNS} FROM batches
     WHERE kind = 'hits' AND state = 'waiting' ORDER BY received, batch_id LIMIT ?`,
  );
  const imported = database.prepare(
    "UPDATE batches SET state = 'imported', unreadable = ? WHERE device_id = ? AND batch_id = ?",
  );
  const quarantine = database.prepare(
    "UPDATE batches SET state = 'quarantined', reason = ? WHERE device_id = ? AND batch_id = ?",
  );
  const quarantined = database.prepare(
    `SELECT ${COLUMNS}, reason FROM batches
     WHERE state = 'quarantined' ORDER BY received DESC LIMIT ?`,
  );
  const old = database.prepare(
    `SELECT ${COLUMNS} FROM batches
     WHERE received < ? AND (kind <> 'hits' OR state <> 'waiting') ORDER BY received LIMIT ?`,
  );
  const remove = database.prepare('DELETE FROM batches WHERE device_id = ? AND batch_id = ?');
  const again = database.prepare(
    "UPDATE batches SET state = 'waiting' WHERE kind = 'hits' AND state = 'imported'",
  );
  const waiting = database.prepare(
    `SELECT count(*) AS batches, min(received) AS oldest FROM batches
     WHERE kind = 'hits' AND state = 'waiting'`,
  );
  const lastReceived = database.prepare(
    'SELECT device_id AS id, max(received) AS received FROM batches GROUP BY device_id',
  );
  return {
    pending: (limit) => pending.all(limit) as PendingBatch[],
    imported: ({ deviceId, batchId }, unreadable) =>
      void imported.run(unreadable, deviceId, batchId),
    quarantine: ({ deviceId, batchId }, reason) => void quarantine.run(reason, deviceId, batchId),
    quarantined: (limit) => quarantined.all(limit) as QuarantinedBatch[],
    old: (before, limit) => old.all(before, limit) as PendingBatch[],
    remove: ({ deviceId, batchId }) => void remove.run(deviceId, batchId),
    again: () => again.run().changes,
    waiting: () => waiting.get() as { batches: number; oldest: number | null },
    lastReceived: () => {
      const rows = lastReceived.all() as { id: string; received: number }[];
      return new Map(rows.map(({ id, received }) => [id, received]));
    },
  };
}
