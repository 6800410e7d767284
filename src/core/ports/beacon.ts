/**
 * What the device says of itself to the portal.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type { EnforcedTable } from './firewall.ts';
import type { Problem } from './host.ts';
import type { PolicyVersion, TableName } from './policy.ts';

/** The body of a beacon as it is sent (docs/protocol.md, 5). Times are RFC 3339 text. */
export interface Beacon {
  readonly device_id: string;
  readonly product: string;
  /** As people see it: `3.00-01`. */
  readonly version: string;
  readonly platform: string;
  /** As `tsadmin status` has it, e.g. `protected`. */
  readonly state: string;
  /** Whether the rules are in place. */
  readonly enabled: boolean;
  /** The policy enforced last; null: none. */
  readonly policy: PolicyVersion | null;
  /** What the firewall holds, read back; null: it could not be read. */
  readonly tables: Readonly<Record<TableName, EnforcedTable | null>> | null;
  readonly last_refresh: string | null;
  /** The last upload that did not fail; null: none, or the last one failed. */
  readonly last_upload: string | null;
  readonly waiting_lines: number;
  /** For how long lines have been waiting at most; 0 when none do. */
  readonly lag_seconds: number;
  readonly problems: readonly Pick<Problem, 'code' | 'severity' | 'message'>[];
}

/** The portal's ear. */
export interface BeaconSender {
  /** @throws PortalError */
  send(beacon: Beacon): Promise<void>;
}

/** How a beacon went. */
export interface SentBeacon {
  readonly sent: number;
  /** Why it did not arrive; empty when it did. */
  readonly reason: string;
}
