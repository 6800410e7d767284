import { SettingsError } from '../../core/errors.ts';
import {
  removeTarget,
  saveMail,
  saveWebhook,
  shownTarget,
  testTarget,
  type ShownTarget,
} from '../model/alarms.ts';
import { NotFoundError, type Change } from '../model/change.ts';
import type { Store } from '../store.ts';
import { PAGE_QUERY, pageFrom, pageOf } from './page.ts';
import type { ApiRequest, ApiRoute } from './route.ts';
import { NUMBER, TEXT, TEXTS, object } from './schema.ts';

const problem = object({
  ...{ code: TEXT, subject: TEXT, severity: TEXT, message: TEXT, remedy: TEXT, since: NUMBER },
});
const fields = { name: TEXT, kind: TEXT, severity: TEXT, where: TEXT };
const target = object(fields);
const saved = object({ ...fields, secret: TEXT }, Object.keys(fields));
const severity = { type: 'string', enum: ['error', 'warning'] };
const request = object(
  {
    kind: { type: 'string', enum: ['webhook', 'mail'] },
    ...{ severity, url: TEXT, secret: TEXT },
    ...{ server: TEXT, from: TEXT, to: TEXTS, user: TEXT, password: TEXT },
  },
  ['kind'],
);

/** What a target is given; those of the other kind are left out. */
interface TargetRequest {
  readonly kind: 'webhook' | 'mail';
  readonly severity?: string;
  readonly url?: string;
  readonly secret?: string;
  readonly server?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly user?: string;
  readonly password?: string;
}

/** `/v1/alarms`. */
export const ALARM_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/alarms', scope: 'alarms:read', status: 200 },
    ...{ summary: 'What is wrong now, the oldest first', query: PAGE_QUERY },
    answer: pageOf(problem),
    run: (asked) =>
      pageFrom(asked, asked.store.problems.all(), ({ code, subject }) => `${code} ${subject}`),
  },
  {
    ...{ method: 'get', path: '/alarms/targets', scope: 'alarms:read', status: 200 },
    ...{ summary: 'Who is told; secrets are left out', query: PAGE_QUERY, answer: pageOf(target) },
    run: (asked) =>
      pageFrom(asked, asked.store.alarms.targets().map(shownTarget), ({ name }) => name),
  },
  {
    ...{ method: 'put', path: '/alarms/targets/{name}', scope: 'alarms:write', status: 200 },
    summary:
      'Makes or replaces a target. webhook: url, secret (else one is made, and told only now). mail: server, from, to, user, password',
    ...{ body: request, answer: saved },
    run: saveTarget,
  },
  {
    ...{ method: 'post', path: '/alarms/targets/{name}/test', scope: 'alarms:write', status: 204 },
    summary: 'Sends a test now',
    run: ({ change, param }) => testTarget(change, param('name')),
  },
  {
    ...{ method: 'delete', path: '/alarms/targets/{name}', scope: 'alarms:write', status: 204 },
    summary: 'Removes a target, and what is on its way to it',
    run: ({ change, param }) => removeTarget(change, param('name')),
  },
];

function saveTarget({ change, store, param, body }: ApiRequest): object {
  const name = param('name');
  const given = body as TargetRequest;
  const made = given.kind === 'webhook' ? saveHook(change, name, given) : mail(change, name, given);
  return { ...targetNamed(store, name), ...made };
}

function saveHook(change: Change, name: string, given: TargetRequest): object {
  const { url = '', secret, severity: least = 'warning' } = given;
  if (secret !== undefined) saveWebhook(change, name, { url, severity: least, secret });
  else return { secret: saveWebhook(change, name, { url, severity: least }) };
  return {};
}

function mail(change: Change, name: string, given: TargetRequest): object {
  const { server, from, to, user = '', password = '', severity: least = 'warning' } = given;
  if (server === undefined || from === undefined || to === undefined) {
    throw new SettingsError('mail needs server, from and to');
  }
  saveMail(change, name, { server, from, to, user, password, severity: least });
  return {};
}

function targetNamed({ alarms }: Store, name: string): ShownTarget {
  const found = alarms.get(name);
  if (found === null) throw new NotFoundError('alarm target', name);
  return shownTarget(found);
}
