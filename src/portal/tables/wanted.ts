import type { Database } from '../../system/sqlite.ts';

/** A table as a device that has no exemptions and guards nothing enforces it. */
export interface WantedTable {
  readonly entries: number;
  /** As `setHash` makes it. */
  readonly hash: string;
}

/** What devices with a policy should enforce. */
export interface WantedPolicy {
  readonly policy: string;
  /** SOA serial that it is published under. */
  readonly serial: number;
  /** Since when; milliseconds since 1970. */
  readonly since: number;
  readonly block: WantedTable;
  readonly allow: WantedTable;
}

/** What is wanted of the devices of each policy. */
export interface WantedPolicyTable {
  get(policy: string): WantedPolicy | null;
  save(wanted: WantedPolicy): void;
  /** Names of policies that were published since what is stored of them. */
  missing(): readonly string[];
}

/** The table `wanted`. */
export function createWantedTable(database: Database): WantedPolicyTable {
  const select = database.prepare('SELECT body FROM wanted WHERE policy = ?');
  const replace = database.prepare('INSERT OR REPLACE INTO wanted VALUES (?, ?, ?)');
  const missing = database.prepare(
    `SELECT name FROM policies p WHERE serial IS NOT NULL AND NOT EXISTS
       (SELECT 1 FROM wanted w WHERE w.policy = p.name AND w.serial = p.serial)`,
  );
  return {
    get: (policy) => {
      const row = select.get(policy) as { body: string } | undefined;
      return row === undefined ? null : (JSON.parse(row.body) as WantedPolicy);
    },
    save: (wanted) => void replace.run(wanted.policy, wanted.serial, JSON.stringify(wanted)),
    missing: () => (missing.all() as { name: string }[]).map(({ name }) => name),
  };
}
