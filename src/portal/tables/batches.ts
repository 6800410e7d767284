import type { UploadFields } from '../../protocol/upload.ts';
import type { Database } from '../../system/sqlite.ts';

/** A batch that the intake took. */
export interface StoredBatch {
  readonly fields: UploadFields;
  /** Size of the gzip file. */
  readonly bytes: number;
  /** Lines counted in it; `fields.lines` is what the device said. */
  readonly lines: number;
  /** Milliseconds since 1970. */
  readonly received: number;
}

/** What a device has uploaded. */
export interface BatchCounts {
  readonly batches: number;
  /** Log lines, without gap records. */
  readonly lines: number;
  readonly gaps: number;
}

/** The batches that were taken. */
export interface BatchTable {
  /** SHA-256 of the file of a batch that was taken before, or null. */
  sha256(deviceId: string, batchId: string): string | null;
  /**
   * Stores the row and runs `keepFile` in one transaction: with the row there is the file.
   * @returns false when the batch is there already; `keepFile` is not run then
   */
  add(batch: StoredBatch, keepFile: () => void): boolean;
  counts(deviceId: string): BatchCounts;
}

/** The table `batches`. */
export function createBatchTable(database: Database): BatchTable {
  const select = database.prepare(
    'SELECT sha256 FROM batches WHERE device_id = ? AND batch_id = ?',
  );
  const insert = database.prepare(
    `INSERT INTO batches (device_id, batch_id, sha256, kind, bytes, lines, declared_lines, first, last, received)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const count = database.prepare(
    `SELECT count(*) AS batches,
       coalesce(sum(lines) FILTER (WHERE kind = 'hits'), 0) AS lines,
       coalesce(sum(lines) FILTER (WHERE kind = 'gap'), 0) AS gaps
     FROM batches WHERE device_id = ?`,
  );
  const add = (batch: StoredBatch, keepFile: () => void): boolean => {
    if (insert.run(...columnsOf(batch)).changes === 0) return false;
    keepFile();
    return true;
  };
  return {
    sha256: (deviceId, batchId) => {
      const row = select.get(deviceId, batchId) as { sha256: string } | undefined;
      return row?.sha256 ?? null;
    },
    add: (batch, keepFile) => database.transaction(() => add(batch, keepFile)),
    counts: (deviceId) => count.get(deviceId) as BatchCounts,
  };
}

function columnsOf({ fields, bytes, lines, received }: StoredBatch): (string | number)[] {
  const { deviceId, batchId, sha256, kind, first, last } = fields;
  return [deviceId, batchId, sha256, kind, bytes, lines, fields.lines, first, last, received];
}
