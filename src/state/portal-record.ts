import type { PortalRecordStore, SettingsRecord } from '../core/ports.ts';
import type { Facts } from './facts.ts';

const NAME = 'portal-record';

/** The settings the portal sent last; they stay in force while it cannot be reached. */
export function createPortalRecordStore(facts: Facts): PortalRecordStore {
  return {
    save: (record) => facts.set(NAME, JSON.stringify(record)),
    load() {
      const text = facts.get(NAME);
      return text === null ? null : (JSON.parse(text) as SettingsRecord);
    },
    clear: () => facts.remove(NAME),
  };
}
