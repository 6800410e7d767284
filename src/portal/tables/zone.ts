import type { Database } from '../../system/sqlite.ts';
import type { RecordSet } from '../zone/record-set.ts';
import { nextSerial } from '../zone/serial.ts';
import type { ValueTable } from './values.ts';

/** A published list without its entries. */
export interface PublishedList {
  /** DNS name, lower case, no final dot. */
  readonly name: string;
  readonly entries: number;
  /** Serial of the zone when the list changed last. */
  readonly serial: number;
}

/** A record set with the versions of the zone it is in. */
export interface KeptSet extends RecordSet {
  /** Grows with every set; for reading on behind one. */
  readonly id: number;
  /** The first serial with it. */
  readonly added: number;
  /** The first serial without it; null: it is there now. */
  readonly removed: number | null;
}

/**
 * The policy zone: its record sets now, and those of earlier versions, as long as they are kept. A set is never
 * changed, only taken out and put in, so a reader of one version is not disturbed by the next one.
 */
export interface ZoneTable {
  /** SOA serial of the zone; it only grows. 0: nothing was ever published. */
  serial(): number;
  /** The set of this name and type now. */
  find(owner: string, type: number): RecordSet | null;
  /** All names that have records now. */
  owners(): readonly string[];
  /** Published lists by name. */
  lists(): readonly PublishedList[];
  /** The sets of a list now. */
  setsOf(list: string): readonly RecordSet[];
  /** The next set of a version of the zone. @param afterId 0: the first one */
  nextOf(serial: number, afterId: number): KeptSet | null;
  /** Sets that are in one of the two versions, not in the other; by owner and type, the older one first. */
  changed(since: number, serial: number): readonly KeptSet[];
  /** The oldest serial that {@link nextOf} and {@link changed} can still tell. */
  oldest(): number;
  /**
   * Replaces the sets of a list; what is the same in both stays. A zone that changes by it gets a new serial.
   * @param list the list's name, or empty for the records of the zone itself
   * @param sets null: the list is gone
   * @param now milliseconds since 1970
   * @returns whether anything changed
   */
  replace(list: string, sets: readonly RecordSet[] | null, entries: number, now: number): boolean;
  /** Runs `work` in one transaction; several {@link replace} in it are one version. */
  together<T>(work: () => T): T;
}

const ZONE_SERIAL = 'zone_serial';
/** Versions that differences are kept for. */
const KEPT_VERSIONS = 50;
/** Bytes of sets that are there no more which are kept at most. */
const KEPT_BYTES = 256 * 1024 * 1024;

const SET = 'id, owner, type, count, answers, added, removed';

/** The tables `zone_sets`, `zone_lists` and `zone_versions`. */
export function createZoneTable(database: Database, values: ValueTable): ZoneTable {
  const read = createReader(database, values);
  const write = createWriter(database, values, read);
  return { ...read, ...write };
}

type Reader = Omit<ZoneTable, 'replace' | 'together'>;

function createReader(database: Database, values: ValueTable): Reader {
  const find = database.prepare(
    `SELECT ${SET} FROM zone_sets WHERE owner = ? AND type = ? AND removed IS NULL`,
  );
  const owners = database.prepare('SELECT DISTINCT owner FROM zone_sets WHERE removed IS NULL');
  const lists = database.prepare('SELECT name, entries, serial FROM zone_lists ORDER BY name');
  const setsOf = database.prepare(
    `SELECT ${SET} FROM zone_sets WHERE list = ? AND removed IS NULL ORDER BY id`,
  );
  const nextOf = database.prepare(
    `SELECT ${SET} FROM zone_sets
     WHERE id > ? AND added <= ? AND (removed IS NULL OR removed > ?) ORDER BY id LIMIT 1`,
  );
  const changed = database.prepare(
    `SELECT ${SET} FROM zone_sets WHERE
       (added <= ? AND removed > ? AND removed <= ?)
       OR (added > ? AND added <= ? AND (removed IS NULL OR removed > ?))
     ORDER BY owner, type, added`,
  );
  const oldest = database.prepare('SELECT min(serial) AS serial FROM zone_versions');
  return {
    serial: () => values.number(ZONE_SERIAL),
    find: (owner, type) => (find.get(owner, type) as RecordSet | undefined) ?? null,
    owners: () => (owners.all() as { owner: string }[]).map(({ owner }) => owner),
    lists: () => lists.all() as PublishedList[],
    setsOf: (list) => setsOf.all(list) as RecordSet[],
    nextOf: (serial, afterId) =>
      (nextOf.get(afterId, serial, serial) as KeptSet | undefined) ?? null,
    changed: (since, serial) =>
      changed.all(since, since, serial, since, serial, serial) as KeptSet[],
    oldest: () => (oldest.get() as { serial: number | null }).serial ?? values.number(ZONE_SERIAL),
  };
}

type Writer = Pick<ZoneTable, 'replace' | 'together'>;

function createWriter(database: Database, values: ValueTable, read: Reader): Writer {
  const saveList = database.prepare('INSERT OR REPLACE INTO zone_lists VALUES (?, ?, ?)');
  const removeList = database.prepare('DELETE FROM zone_lists WHERE name = ?');
  const { together, takeSerial } = createVersions(database, values, read);
  const replaceSets = createSetWriter(database, read, takeSerial);
  return {
    together,
    replace: (list, sets, entries, now) =>
      together(() => {
        const known = list === '' || read.lists().some(({ name }) => name === list);
        const changed = replaceSets(list, sets ?? [], now);
        if (sets === null && known) removeList.run(list);
        if (sets === null || list === '' || (known && !changed)) return changed;
        saveList.run(list, entries, takeSerial(now));
        return true;
      }),
  };
}

interface Versions {
  readonly together: <T>(work: () => T) => T;
  readonly takeSerial: (now: number) => number;
}

/** Gives each transaction that changes the zone one serial. */
function createVersions(database: Database, values: ValueTable, read: Reader): Versions {
  const saveVersion = database.prepare('INSERT OR IGNORE INTO zone_versions VALUES (?, ?)');
  const prune = createPruner(database);
  /** The serial of the transaction that is open; null: none was taken yet. */
  let current: number | null = null;
  let depth = 0;
  const counted = <T>(work: () => T): T => {
    depth += 1;
    try {
      return work();
    } finally {
      depth -= 1;
      if (depth === 0) current = null;
    }
  };
  return {
    together: (work) => database.transaction(() => counted(work)),
    takeSerial: (now) => {
      if (current !== null) return current;
      current = nextSerial(read.serial(), now);
      values.set(ZONE_SERIAL, String(current));
      saveVersion.run(current, now);
      prune();
      return current;
    },
  };
}

/** Takes the sets out of a list that are not in it any more, and puts the new ones in. */
function createSetWriter(
  database: Database,
  read: Reader,
  takeSerial: (now: number) => number,
): (list: string, sets: readonly RecordSet[], now: number) => boolean {
  const insert = database.prepare(
    'INSERT INTO zone_sets (list, owner, type, count, added, answers) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare(
    'UPDATE zone_sets SET removed = ? WHERE owner = ? AND type = ? AND removed IS NULL',
  );
  return (list, sets, now) => {
    const before = new Map(read.setsOf(list).map((set) => [keyOf(set), set]));
    const added = sets.filter((set) => !isSame(before.get(keyOf(set)), set));
    const names = new Set(sets.map(keyOf));
    const gone = [...before.values()].filter((set) => !names.has(keyOf(set)));
    for (const { owner, type } of [...gone, ...added]) remove.run(takeSerial(now), owner, type);
    for (const { owner, type, count, answers } of added) {
      insert.run(list, owner, type, count, takeSerial(now), answers);
    }
    return added.length + gone.length > 0;
  };
}

/** Forgets the oldest versions, and what was only in them. */
function createPruner(database: Database): () => void {
  const byCount = database.prepare(
    'DELETE FROM zone_versions WHERE serial NOT IN (SELECT serial FROM zone_versions ORDER BY serial DESC LIMIT ?)',
  );
  const bytes = database.prepare(
    'SELECT coalesce(sum(length(answers)), 0) AS bytes FROM zone_sets WHERE removed IS NOT NULL',
  );
  const oldest = database.prepare(
    'DELETE FROM zone_versions WHERE serial = (SELECT min(serial) FROM zone_versions)',
  );
  const count = database.prepare('SELECT count(*) AS count FROM zone_versions');
  const sets = database.prepare(
    'DELETE FROM zone_sets WHERE removed <= (SELECT min(serial) FROM zone_versions)',
  );
  return () => {
    byCount.run(KEPT_VERSIONS);
    sets.run();
    while (
      (bytes.get() as { bytes: number }).bytes > KEPT_BYTES &&
      (count.get() as { count: number }).count > 1
    ) {
      oldest.run();
      sets.run();
    }
  };
}

function keyOf({ owner, type }: RecordSet): string {
  return `${type} ${owner}`;
}

function isSame(one: RecordSet | undefined, other: RecordSet): boolean {
  return one !== undefined && Buffer.compare(one.answers, other.answers) === 0;
}
