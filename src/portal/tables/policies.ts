import type { Database } from '../../system/sqlite.ts';

/** What a source does in a policy. */
export type Role = 'block' | 'allow';

/** When a changed policy is published: by the portal as soon as it can, or when a person says so. */
export type PublishMode = 'auto' | 'manual';

/** What an administrator says about a policy. */
export interface PolicyFields {
  readonly note: string;
  /** Names of sources. */
  readonly block: readonly string[];
  readonly allow: readonly string[];
  /** DNS names of the lists that it is published as. */
  readonly blockList: string;
  readonly allowList: string;
  readonly publish: PublishMode;
}

/** A policy: sources to block and sources to allow. */
export interface Policy extends PolicyFields {
  readonly name: string;
  /** Number of the change that gave it its sources. */
  readonly changed: number;
  /** Number of the last change that was published; 0: never published. */
  readonly publishedChange: number;
  /** When it was published last, milliseconds since 1970. */
  readonly published: number | null;
  /** SOA serial of the zone then. */
  readonly serial: number | null;
  /** Settings serial of its last change that devices must be told. */
  readonly settingsSerial: number;
}

/** The policies. */
export interface PolicyTable {
  get(name: string): Policy | null;
  /** By name. */
  all(): readonly Policy[];
  /** Stores a policy, or replaces it; its sources are there. */
  save(policy: Policy): void;
  remove(name: string): void;
  /** Names of the policies that use a source. */
  using(source: string): readonly string[];
  /** Names of those with changes, of their own or of a source, that are not published. */
  unpublished(): readonly string[];
}

interface Row {
  readonly name: string;
  readonly note: string;
  readonly block_list: string;
  readonly allow_list: string;
  readonly publish: PublishMode;
  readonly changed: number;
  readonly published_change: number;
  readonly published: number | null;
  readonly serial: number | null;
  readonly settings_serial: number;
}

const UPSERT = `
  INSERT INTO policies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET
    note = excluded.note, block_list = excluded.block_list, allow_list = excluded.allow_list,
    publish = excluded.publish, changed = excluded.changed,
    published_change = excluded.published_change, published = excluded.published,
    serial = excluded.serial, settings_serial = excluded.settings_serial`;

const UNPUBLISHED = `
  SELECT p.name FROM policies p WHERE published_change < max(p.changed, coalesce(
    (SELECT max(s.changed) FROM policy_sources ps JOIN sources s ON s.name = ps.source
     WHERE ps.policy = p.name), 0))
  ORDER BY p.name`;

/** The table `policies`. */
export function createPolicyTable(database: Database): PolicyTable {
  const select = database.prepare('SELECT * FROM policies WHERE name = ?');
  const selectAll = database.prepare('SELECT * FROM policies ORDER BY name');
  const selectSources = database.prepare(
    'SELECT source FROM policy_sources WHERE policy = ? AND role = ? ORDER BY place',
  );
  const selectUsing = database.prepare(
    'SELECT DISTINCT policy AS name FROM policy_sources WHERE source = ? ORDER BY policy',
  );
  const selectUnpublished = database.prepare(UNPUBLISHED);
  const upsert = database.prepare(UPSERT);
  const removeSources = database.prepare('DELETE FROM policy_sources WHERE policy = ?');
  const insertSource = database.prepare('INSERT INTO policy_sources VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM policies WHERE name = ?');
  const sources = (policy: string, role: Role): readonly string[] =>
    (selectSources.all(policy, role) as { source: string }[]).map((row) => row.source);
  const policyOf = (row: Row): Policy => ({
    ...fieldsOf(row),
    block: sources(row.name, 'block'),
    allow: sources(row.name, 'allow'),
  });
  const save = (policy: Policy): void => {
    upsert.run(...columnsOf(policy));
    removeSources.run(policy.name);
    for (const role of ['block', 'allow'] as const) {
      policy[role].forEach((source, place) => insertSource.run(policy.name, source, role, place));
    }
  };
  const names = (rows: unknown[]): readonly string[] =>
    (rows as { name: string }[]).map(({ name }) => name);
  return {
    get: (name) => {
      const row = select.get(name) as Row | undefined;
      return row === undefined ? null : policyOf(row);
    },
    all: () => (selectAll.all() as Row[]).map(policyOf),
    save: (policy) => database.transaction(() => save(policy)),
    remove: (name) => void remove.run(name),
    using: (source) => names(selectUsing.all(source)),
    unpublished: () => names(selectUnpublished.all()),
  };
}

function columnsOf(policy: Policy): (string | number | null)[] {
  return [
    policy.name,
    policy.note,
    policy.blockList,
    policy.allowList,
    policy.publish,
    policy.changed,
    policy.publishedChange,
    policy.published,
    policy.serial,
    policy.settingsSerial,
  ];
}

function fieldsOf(row: Row): Omit<Policy, Role> {
  return {
    name: row.name,
    note: row.note,
    blockList: row.block_list,
    allowList: row.allow_list,
    publish: row.publish,
    changed: row.changed,
    publishedChange: row.published_change,
    published: row.published,
    serial: row.serial,
    settingsSerial: row.settings_serial,
  };
}
