import type { Clock } from '../core/ports.ts';
import { sizeOf, type PrefixTable } from '../core/prefix-list.ts';
import { formatTable } from '../core/prefix-text.ts';
import type { Store } from './store.ts';
import { checkListName } from './zone.ts';

/**
 * Stores a list, new or changed; a server that runs on the same state publishes it with its next answer.
 * @param name a DNS name below the zone
 * @returns false when the list was so before
 * @throws FormatError or SettingsError when the name cannot be a list's
 */
export function publishList(store: Store, clock: Clock, name: string, table: PrefixTable): boolean {
  const others = store.lists.heads().map((head) => head.name);
  const checked = checkListName(name, others);
  return store.lists.set(checked, formatTable(table), sizeOf(table), clock.now());
}
