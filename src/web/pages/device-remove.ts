import { act, runNotice } from '../action.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { texts } from '../texts.ts';

/** Asks before anything is removed. */
export async function confirmRemoval(request: PageRequest): Promise<PageAnswer> {
  const { device, protection } = await request.agent.status();
  const data = { device: device?.id ?? '', absent: protection.state === 'not-set-up' };
  return { kind: 'page', view: 'device-remove', title: texts.remove.title, tab: null, data };
}

/** Takes out everything the agent owns. */
export function removeDevice(request: PageRequest): Promise<PageAnswer> {
  return act(request, async () => runNotice(await request.agent.remove(request.actor)));
}
