/** Lines on their way to the portal: the spool (not sealed yet) and the sealed batches. */
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { LONGEST_WAIT_MS } from '../core/hit-retry.ts';
import type { Hit, HitBatch, LineMask, RawHit } from '../core/ports.ts';
import { uuidv7 } from '../core/uuid.ts';
import { encodeGap } from '../protocol/upload.ts';
import type { Database } from '../system/sqlite.ts';
import type { Counters } from './hit-counters.ts';
import type { Gaps } from './hit-gaps.ts';

/** What the outbox works with. */
export interface OutboxParts {
  readonly counters: Counters;
  readonly gaps: Gaps;
  /** Most bytes of unsent lines and batches. */
  readonly spoolBytes: number;
  /** Most bytes of lines in a batch (a larger row of the spool is a batch of its own). */
  readonly batchBytes: number;
}

/** The way out. Methods but `next` and the single updates run inside a transaction of the caller. */
export interface Outbox {
  add(hits: readonly (Hit | RawHit)[]): void;
  /** Seals what is in the spool, masked, and unreported gaps. Returns the number of batches made. */
  seal(now: number, mask: LineMask): number;
  /** Drops the oldest lines while there are more bytes than allowed. */
  trim(now: number): void;
  next(now: number): HitBatch | null;
  accepted(id: string): void;
  /** Puts a batch aside. Of many only the newest are kept; others are dropped. */
  quarantine(id: string, reason: string, now: number): void;
  retryAt(id: string, time: number, reason: string): void;
  denyUntil(id: string, time: number, reason: string): void;
  /** Makes all batches due, those in quarantine too. */
  retryNow(): void;
  /** Why the oldest waiting batch was refused with the device; null when it was not. */
  denial(): string | null;
  /** Lines not uploaded: spool and waiting batches of hits. */
  waitingLines(): number;
  /** When the first of them was logged. */
  oldestWaiting(): number | null;
  quarantined(): number;
}

interface SpoolRow {
  readonly id: number;
  readonly lines: number;
  readonly first: number;
  readonly last: number;
  readonly size: number;
  readonly bytes: Uint8Array;
}

interface BatchRow extends HitBatch {
  readonly size: number;
  readonly next_try: number;
}

type Sealed = Pick<HitBatch, 'id' | 'kind' | 'lines' | 'first' | 'last'>;

const NEWLINE = Buffer.from('\n');
/** Quarantined batches kept for a look at them. */
const KEPT_QUARANTINED = 20;
/** The name under which dropped lines are reported; they can be of several logs. */
const SPOOL = 'spool';
const FULL = 'the spool was full, the oldest lines were dropped';
const REJECTED = 'the intake rejected many batches, the oldest of them were dropped';

/** The outbox in the database. */
export function createOutbox(database: Database, parts: OutboxParts): Outbox {
  const statements = prepare(database);
  return {
    add(hits) {
      if (hits.length === 0) return;
      const bytes = Buffer.concat(hits.flatMap(({ line }) => [line, NEWLINE]));
      const times = hits.map(({ time }) => time).sort((a, b) => a - b);
      statements.spool.run(hits.length, times[0] ?? 0, times.at(-1) ?? 0, bytes.length, bytes);
    },
    seal: (now, mask) => sealLines(statements, parts, now, mask) + sealGaps(statements, parts, now),
    trim: (now) => trim(statements, parts, now),
    next(now) {
      const row = statements.oldest.get() as BatchRow | undefined;
      if (row === undefined || !isDue(row.next_try, now)) return null;
      const { id, kind, body, sha256, lines, first, last, attempts } = row;
      return { id, kind, body, sha256, lines, first, last, attempts };
    },
    accepted(id) {
      const batch = statements.batch.get(id) as BatchRow | undefined;
      if (batch?.kind === 'hits') parts.counters.add('uploaded', batch.lines);
      statements.remove.run(id);
    },
    quarantine(id, reason, now) {
      statements.quarantine.run(reason, id);
      for (const row of statements.beyondQuarantine.all(KEPT_QUARANTINED)) {
        const old = row as BatchRow;
        statements.remove.run(old.id);
        if (old.kind === 'hits') noteDropped(parts, old, now, REJECTED);
      }
    },
    retryAt: (id, time, reason) => void statements.retry.run(time, reason, 0, id),
    denyUntil: (id, time, reason) => void statements.retry.run(time, reason, 1, id),
    denial: () => (statements.denial.get() as { reason: string } | undefined)?.reason ?? null,
    retryNow: () => void statements.retryNow.run(),
    waitingLines: () => (statements.waiting.get() as { lines: number }).lines,
    oldestWaiting: () => (statements.oldestLine.get() as { first: number | null }).first,
    quarantined: () => (statements.quarantined.get() as { batches: number }).batches,
  };
}

/** A moment further away than any wait was set before the clock was put back. */
function isDue(nextTry: number, now: number): boolean {
  return nextTry <= now || nextTry > now + LONGEST_WAIT_MS;
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: Database) {
  const waiting = "state = 'waiting'";
  return {
    spool: database.prepare(
      'INSERT INTO spool (lines, first, last, size, bytes) VALUES (?, ?, ?, ?, ?)',
    ),
    unsealed: database.prepare('SELECT * FROM spool WHERE id > ? ORDER BY id LIMIT 1'),
    unspool: database.prepare('DELETE FROM spool WHERE id <= ?'),
    insert: database.prepare(
      `INSERT INTO batches (id, kind, lines, first, last, sha256, size, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    oldest: database.prepare(`SELECT * FROM batches WHERE ${waiting} ORDER BY sequence LIMIT 1`),
    oldestHits: database.prepare(
      "SELECT * FROM batches WHERE kind = 'hits' ORDER BY sequence LIMIT 1",
    ),
    batch: database.prepare('SELECT * FROM batches WHERE id = ?'),
    remove: database.prepare('DELETE FROM batches WHERE id = ?'),
    quarantine: database.prepare(
      `UPDATE batches SET state = 'quarantined', attempts = attempts + 1, reason = ?, denied = 0
       WHERE id = ?`,
    ),
    beyondQuarantine: database.prepare(
      "SELECT * FROM batches WHERE state = 'quarantined' ORDER BY sequence DESC LIMIT -1 OFFSET ?",
    ),
    retry: database.prepare(
      `UPDATE batches SET attempts = attempts + 1, next_try = ?, reason = ?, denied = ?
       WHERE id = ?`,
    ),
    retryNow: database.prepare("UPDATE batches SET next_try = 0, state = 'waiting'"),
    denial: database.prepare(
      `SELECT reason FROM batches WHERE ${waiting} AND denied = 1 ORDER BY sequence LIMIT 1`,
    ),
    waiting: database.prepare(
      `SELECT coalesce((SELECT sum(lines) FROM spool), 0) +
       coalesce((SELECT sum(lines) FROM batches WHERE ${waiting} AND kind = 'hits'), 0) AS lines`,
    ),
    oldestLine: database.prepare(
      `SELECT min(first) AS first FROM (SELECT min(first) AS first FROM spool UNION ALL
       SELECT min(first) FROM batches WHERE ${waiting} AND kind = 'hits')`,
    ),
    size: database.prepare(
      `SELECT coalesce((SELECT sum(size) FROM spool), 0) +
       coalesce((SELECT sum(size) FROM batches), 0) AS bytes`,
    ),
    quarantined: database.prepare(
      "SELECT count(*) AS batches FROM batches WHERE state = 'quarantined'",
    ),
  };
}

function sealLines(
  statements: Statements,
  parts: OutboxParts,
  now: number,
  mask: LineMask,
): number {
  let batches = 0;
  for (;;) {
    const rows = takeRows(statements, parts.batchBytes);
    const last = rows.at(-1);
    if (last === undefined) return batches;
    const sealed: Sealed = {
      id: newId(now),
      kind: 'hits',
      lines: rows.reduce((sum, row) => sum + row.lines, 0),
      first: Math.min(...rows.map((row) => row.first)),
      last: Math.max(...rows.map((row) => row.last)),
    };
    insertBatch(statements, sealed, mask(Buffer.concat(rows.map((row) => row.bytes))));
    statements.unspool.run(last.id);
    batches += 1;
  }
}

/** The oldest rows of the spool that fit into one batch, at least one. */
function takeRows(statements: Statements, batchBytes: number): readonly SpoolRow[] {
  const rows: SpoolRow[] = [];
  let size = 0;
  for (;;) {
    const row = statements.unsealed.get(rows.at(-1)?.id ?? -1) as SpoolRow | undefined;
    size += row?.size ?? 0;
    if (row === undefined || (rows.length > 0 && size > batchBytes)) return rows;
    rows.push(row);
  }
}

function sealGaps(statements: Statements, { gaps }: OutboxParts, now: number): number {
  const id = newId(now);
  const taken = gaps.takeFor(id);
  if (taken.length === 0) return 0;
  const first = Math.min(...taken.map((gap) => gap.from));
  const last = Math.max(...taken.map((gap) => gap.to));
  const text = taken.map(encodeGap).join('');
  insertBatch(statements, { id, kind: 'gap', lines: taken.length, first, last }, Buffer.from(text));
  return 1;
}

function insertBatch(statements: Statements, sealed: Sealed, lines: Uint8Array): void {
  const body = gzipSync(lines);
  const sha256 = createHash('sha256').update(body).digest('hex');
  const { id, kind, first, last } = sealed;
  statements.insert.run(id, kind, sealed.lines, first, last, sha256, body.length, body);
}

function newId(now: number): string {
  return uuidv7(now, randomBytes(10));
}

function trim(statements: Statements, parts: OutboxParts, now: number): void {
  let { bytes } = statements.size.get() as { bytes: number };
  while (bytes > parts.spoolBytes) {
    const batch = statements.oldestHits.get() as BatchRow | undefined;
    const row = batch ?? (statements.unsealed.get(-1) as SpoolRow | undefined);
    if (row === undefined) return;
    if (batch === undefined) statements.unspool.run((row as SpoolRow).id);
    else statements.remove.run(batch.id);
    noteDropped(parts, row, now, FULL);
    bytes -= row.size;
  }
}

/** Lines that are not there any more, and that the portal does not have. */
function noteDropped(
  { counters, gaps }: OutboxParts,
  { size, lines, first }: Pick<SpoolRow, 'size' | 'lines' | 'first'>,
  now: number,
  reason: string,
): void {
  gaps.add({ source: SPOOL, reason, from: first, to: now, bytes: size, lines });
  counters.add('dropped', lines);
}
