import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';
import { texts } from '../texts.ts';

/** Asks before anything is removed. */
export async function confirmRemoval(request: PageRequest): Promise<PageAnswer> {
  const { device, protection } = await request.agent.status();
  const data = { device: device?.id ?? '', absent: protection.state === 'not-set-up' };
  return { kind: 'page', view: 'device-remove', title: texts.remove.title, tab: null, data };
}

/** Takes out everything the agent owns. */
export function removeDevice(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => runNotice(await agent.remove(actor));
  return startOnOverview(request, { kind: 'remove', work });
}
