import type { Prefix } from './prefix-list.ts';
import type { PolicyTables } from './ports.ts';
import type { PolicyNote } from './policy-notes.ts';
import { parsePrefix } from './prefix-text.ts';

/** The address that is in most policies so that people can test them: `bad.threatstop.com`. */
export const TEST_INDICATOR: Prefix = parsePrefix('64.87.3.133');

/** A prefix that must never be blocked, and why, e.g. `gateway of WAN`. */
export interface GuardedPrefix {
  readonly prefix: Prefix;
  readonly reason: string;
}

/** What a policy is compiled for. */
export interface CompileOptions {
  /** Most entries of the block table; the allow table gets 20 % of it. 0: no limit. */
  readonly maxPolicySize: number;
  /** When neighbours are merged: to fit a limit, always, or never. */
  readonly compact: 'auto' | 'always' | 'never';
  /** Entries that fit into the firewall, both tables together; null (the default) when unknown. */
  readonly capacity?: number | null;
  /** Prefixes that must never be blocked. */
  readonly guard: readonly GuardedPrefix[];
  /** Shortest IPv4 prefix length that a block entry may have; default 8. */
  readonly maxWidth4?: number;
  /** Shortest IPv6 prefix length that a block entry may have; default 16. */
  readonly maxWidth6?: number;
  /** The entry that stays a line of its own, also when it could be merged or cut; default {@link TEST_INDICATOR}. */
  readonly testIndicator?: Prefix;
}

/** {@link CompileOptions} with the defaults filled in. */
export type ResolvedOptions = Required<CompileOptions>;

/** What one step of the compilation makes of the tables. */
export interface StepResult {
  readonly tables: PolicyTables;
  readonly notes: readonly PolicyNote[];
}

/** Fills the defaults in. */
export function resolveOptions(options: CompileOptions): ResolvedOptions {
  return {
    capacity: null,
    maxWidth4: 8,
    maxWidth6: 16,
    testIndicator: TEST_INDICATOR,
    ...options,
  };
}
