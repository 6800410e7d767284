/**
 * What an administrator of this device allows or blocks beside the lists.
 * Interfaces only. Times are milliseconds since 1970 (UTC).
 */
import type { Actor } from './records.ts';

/** A local exemption from the policy, for a time or for good. There is one at most of a prefix. */
export interface Exemption {
  readonly action: 'allow' | 'block';
  /** An address or prefix, canonical. */
  readonly prefix: string;
  /** When it ends; null: never. */
  readonly until: number | null;
  readonly created: number;
  readonly actor: Actor;
}

/** An exemption as tables are made with it. */
export type AppliedExemption = Pick<Exemption, 'action' | 'prefix'>;

/** What the portal is told of them (docs/protocol.md, 6): all that are in force. */
export interface ExemptionReport {
  readonly device_id: string;
  /** `until`: RFC 3339, or null. */
  readonly exemptions: readonly (AppliedExemption & { readonly until: string | null })[];
}

/** The portal's ear for exemptions. */
export interface ExemptionSender {
  /** @throws PortalError */
  send(report: ExemptionReport): Promise<void>;
}

/** How the exemptions were told last. */
export interface ToldExemptions {
  /** Equal for equal reports. */
  readonly mark: string;
  readonly sent: number;
  /** Why they did not arrive; empty when they did. */
  readonly reason: string;
}

/** The exemptions of this device. Writing one does not enforce it: that is for the task. */
export interface ExemptionStore {
  /** Replaces one of the same prefix. */
  save(exemption: Exemption): void;
  remove(prefix: string): void;
  /** Null when there is none, or it has ended. */
  find(prefix: string, now: number): Exemption | null;
  /** Those that have not ended, by prefix; forgets the others. */
  active(now: number): readonly Exemption[];
  clear(): void;
}
