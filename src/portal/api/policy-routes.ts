import {
  addPolicy,
  editPolicy,
  policyNamed,
  removePolicy,
  type PolicyRequest,
} from '../model/policies.ts';
import { PAGE_QUERY, pageFrom, pageOf } from './page.ts';
import type { ApiRoute } from './route.ts';
import { FLAG, NUMBER, TEXT, TEXTS, TIME, object, type Schema } from './schema.ts';

const fields: Readonly<Record<string, Schema>> = {
  note: TEXT,
  block: TEXTS,
  allow: TEXTS,
  blockList: TEXT,
  allowList: TEXT,
  publish: { type: 'string', enum: ['auto', 'manual'] },
};
const policy = object({
  ...{
    name: TEXT,
    ...fields,
    changed: NUMBER,
    publishedChange: NUMBER,
    published: TIME,
  },
  ...{ serial: { type: ['number', 'null'] }, settingsSerial: NUMBER },
});
const outcome = object({
  policy,
  changed: FLAG,
  serial: NUMBER,
  block: NUMBER,
  allow: NUMBER,
});

const counts = object({ added: NUMBER, removed: NUMBER });
const share = object({ name: TEXT, role: TEXT, entries: NUMBER, alone: NUMBER });
const overlap = object({ role: TEXT, name: TEXT, other: TEXT, entries: NUMBER });
const limit = object({ name: TEXT, entries: NUMBER, fits: FLAG });
const preview = object({
  ...{ block: NUMBER, allow: NUMBER, allowedBlocks: NUMBER, enforced: NUMBER },
  sources: { type: 'array', items: share },
  overlaps: { type: 'array', items: overlap },
  changes: object({ block: counts, allow: counts }),
  limits: { type: 'array', items: limit },
});

/** `/v1/policies`. */
export const POLICY_ROUTES: readonly ApiRoute[] = [
  {
    ...{
      method: 'get',
      path: '/policies',
      scope: 'policies:read',
      status: 200,
    },
    ...{
      summary: 'Policies, by name',
      query: PAGE_QUERY,
      answer: pageOf(policy),
    },
    run: (asked) => pageFrom(asked, asked.store.policies.all(), ({ name }) => name),
  },
  {
    ...{
      method: 'post',
      path: '/policies',
      scope: 'policies:write',
      status: 201,
    },
    ...{
      summary: 'Makes a policy',
      body: object({ name: TEXT, ...fields }, ['name']),
    },
    answer: policy,
    run: ({ change, body }) => {
      const { name, ...request } = body as PolicyRequest & {
        readonly name: string;
      };
      return addPolicy(change, name, request);
    },
  },
  {
    ...{
      method: 'get',
      path: '/policies/{name}',
      scope: 'policies:read',
      status: 200,
    },
    ...{ summary: 'A policy', answer: policy },
    run: ({ store, param }) => policyNamed(store, param('name')),
  },
  {
    ...{
      method: 'patch',
      path: '/policies/{name}',
      scope: 'policies:write',
      status: 200,
    },
    ...{
      summary: 'Changes some fields',
      body: object(fields, []),
      answer: policy,
    },
    run: ({ change, param, body }) => editPolicy(change, param('name'), body as PolicyRequest),
  },
  {
    ...{
      method: 'post',
      path: '/policies/{name}/publish',
      scope: 'policies:write',
      status: 200,
    },
    ...{ summary: 'Publishes a policy under a new serial', answer: outcome },
    run: ({ change, store, operations, param }) =>
      operations(change.actor, 'publish', {
        name: policyNamed(store, param('name')).name,
      }),
  },
  {
    ...{ method: 'post', path: '/policies/{name}/preview', scope: 'policies:read', status: 200 },
    summary:
      'What the policy would be with these sources if it were published now; nothing changes',
    ...{ body: object({ block: TEXTS, allow: TEXTS }, []), answer: preview },
    run: ({ change, store, operations, param, body }) =>
      operations(change.actor, 'preview', {
        ...(body as Pick<PolicyRequest, 'block' | 'allow'>),
        name: policyNamed(store, param('name')).name,
      }),
  },
  {
    ...{
      method: 'delete',
      path: '/policies/{name}',
      scope: 'policies:write',
      status: 204,
    },
    summary: 'Removes a policy that no device has',
    run: ({ change, param }) => removePolicy(change, param('name')),
  },
];
