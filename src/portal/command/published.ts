import type { Change } from '../model/change.ts';
import { publishChanged, type Published } from '../model/publish.ts';
import type { PortalCommandContext } from './command.ts';

/** Publishes what a change has touched, as far as that goes by itself, and says what came of it. */
export function publishAndTell(context: PortalCommandContext, change: Change): void {
  const { store, clock } = change;
  for (const published of publishChanged(store, clock)) context.print(publishedText(published));
  const waiting = store.policies.unpublished();
  for (const name of waiting) {
    const problem = store.problems.all().find((one) => one.subject === name);
    const why = problem?.message ?? `The policy ${name} has changes that are not published.`;
    context.print(`${why} See "ts-portal policy preview".\n`);
  }
}

/** What was published, in one line. */
export function publishedText({ policy, changed, serial, block, allow }: Published): string {
  const what = changed ? `published, serial ${serial}` : 'published, nothing changed';
  return `policy ${policy.name}: ${block} entries to block, ${allow} to allow: ${what}\n`;
}
