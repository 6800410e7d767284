/** Firewall Maximum Table Entries, raised through pfSense and read back from pf. */
import { FirewallError } from '../../core/errors.ts';
import type { TableLimitChange } from '../../core/ports.ts';
import type { AskPfsense } from '../../system/pfsense-command.ts';
import type { TableRoom } from '../pf/table-room.ts';

/** @throws FirewallError when pfSense refuses, or pf does not have the limit afterwards */
export async function raiseLimit(
  ask: AskPfsense,
  readRoom: () => Promise<TableRoom>,
  entries: number,
): Promise<TableLimitChange> {
  const before = await readRoom();
  if (isEnough(before, entries)) return { before: before.limit, after: before.limit };
  const answer = await ask('set-table-limit', { entries });
  if (!answer.ok) throw new FirewallError(answer.message, { remedy: answer.remedy });
  const after = await readRoom();
  if (!isEnough(after, entries)) {
    throw new FirewallError(
      `pfSense was told to allow ${entries} table entries, pf has ${after.limit} (net.pf.request_maxcount ${after.requestLimit ?? 'not set'})`,
      { remedy: 'Set it at System > Advanced, Firewall & NAT, and restart pfSense.' },
    );
  }
  return { before: before.limit, after: after.limit };
}

function isEnough({ limit, requestLimit }: TableRoom, entries: number): boolean {
  return limit >= entries && (requestLimit === null || requestLimit >= entries);
}
