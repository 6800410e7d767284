import { parseDuration } from '../../core/duration.ts';
import { FormatError } from '../../core/errors.ts';
import { hitsPage } from '../hits-page.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice, startTask, withResult } from '../start-task.ts';

/** Allows or blocks an address on this device, for a time or for good. */
export function addExemption(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor, form } = request;
  const work = async () => {
    const action = form('action');
    if (action !== 'allow' && action !== 'block')
      throw new FormatError('allow or block is missing');
    const forMs = parseDuration(form('for'));
    return runNotice(await agent.exempt(actor, { action, prefix: form('prefix'), forMs }));
  };
  return start(request, work);
}

/** Takes one back. */
export function revokeExemption(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor, form } = request;
  return start(request, async () => runNotice(await agent.revoke(actor, form('prefix'))));
}

function start(
  request: PageRequest,
  work: () => Promise<ReturnType<typeof runNotice>>,
): Promise<PageAnswer> {
  return startTask(request, { kind: 'exempt', work, after: '/hits' }, async (result) => {
    return { ...withResult(await hitsPage(request, 'page'), result), address: '/hits' };
  });
}
