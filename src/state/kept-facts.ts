import type {
  ConfirmationState,
  HeldPolicy,
  Kept,
  SentBeacon,
  SettingsRecord,
  TableShortage,
  ToldExemptions,
} from '../core/ports.ts';
import type { Facts } from './facts.ts';

/** What the agent keeps of itself, one JSON text each in the table of facts. */
export interface KeptFacts {
  /** The settings the portal sent last; they stay in force while it cannot be reached. */
  readonly portalRecord: Kept<SettingsRecord>;
  /** The policy that is held back now. */
  readonly held: Kept<HeldPolicy>;
  /** The shortage that keeps a policy out now. */
  readonly shortage: Kept<TableShortage>;
  /** The confirmation that is awaited or was missed, as long as it matters. */
  readonly confirmation: Kept<ConfirmationState>;
  /** How the last beacon went. */
  readonly beacons: Kept<SentBeacon>;
  /** How the exemptions were told to the portal last. */
  readonly told: Kept<ToldExemptions>;
}

/** All that is kept as facts. */
export function createKeptFacts(facts: Facts): KeptFacts {
  return {
    portalRecord: kept(facts, 'portal-record'),
    held: kept(facts, 'held-policy'),
    shortage: kept(facts, 'table-shortage'),
    confirmation: kept(facts, 'confirmation'),
    beacons: kept(facts, 'beacon'),
    told: kept(facts, 'exemptions_told'),
  };
}

function kept<Value>(facts: Facts, name: string): Kept<Value> {
  return {
    save: (value) => facts.set(name, JSON.stringify(value)),
    load() {
      const text = facts.get(name);
      return text === null ? null : (JSON.parse(text) as Value);
    },
    clear: () => facts.remove(name),
  };
}
