import { countWords } from '../../../core/format-count.ts';
import { formatCount } from '../../../site/format.ts';
import {
  addPolicy,
  editPolicy,
  policyNamed,
  removePolicy,
  type PolicyRequest,
} from '../../model/policies.ts';
import type { PolicyPreview } from '../../model/preview.ts';
import type { Store } from '../../store.ts';
import type { Policy, PublishMode, Role } from '../../tables/policies.ts';
import {
  countCell,
  formPage,
  refusalOf,
  timeCell,
  type Cell,
  type Field,
  type Refusal,
  type TableView,
} from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'policies';

/** All policies. */
export function showPolicies({ change, now, notice }: PageRequest): PageAnswer {
  const { policies, devices } = change.store;
  const waiting = policies.unpublished();
  const rows = policies
    .all()
    .map(({ name, blockList, block, published, serial }): Cell[] => [
      { text: name, href: `/policies/${name}`, note: blockList },
      { text: block.join(', ') || 'none' },
      countCell(devices.withPolicy(name).length),
      waiting.includes(name)
        ? { text: 'has changes', tone: 'warn' }
        : { text: 'as it is', tone: 'good' },
      timeCell(published, now),
      { text: String(serial ?? '') },
    ]);
  const table: TableView = {
    title: 'Policies',
    columns: ['Policy', 'Blocks', 'Devices', 'Published', 'When', 'Serial'],
    ...{ rows, empty: 'There is no policy yet.' },
    actions: [{ label: 'Add a policy', path: '/policies/add' }],
  };
  return { kind: 'page', view: 'table', title: 'Policies', tab, notice, data: { tables: [table] } };
}

/** The form of a new policy. */
export function showAddPolicy({ change }: PageRequest): PageAnswer {
  return addForm(change.store, '', {});
}

/** Makes a policy. */
export function saveNewPolicy({ change, form, all }: PageRequest): PageAnswer {
  const request = requestOf({ form, all });
  const name = form('name');
  try {
    addPolicy(change, name, request);
    return done(`/policies/${name}`, `The policy ${name} is made.`);
  } catch (thrown) {
    return addForm(change.store, name, request, refusalOf(thrown));
  }
}

function addForm(store: Store, name: string, request: PolicyRequest, refused?: Refusal): ShownPage {
  const nameField: Field = {
    ...{ name: 'name', label: 'Name', value: name, required: true },
    help: 'Lower-case letters, digits and "-". It is the name of its lists in the DNS, too.',
  };
  return formPage(
    tab,
    {
      title: 'Add a policy',
      fields: [nameField, ...fieldsOf(store, request)],
      ...{ action: '/policies/add', submit: 'Add policy', cancel: '/policies' },
    },
    refused,
  );
}

/** A policy: its sources; the page then asks for the preview, which takes its time for large ones. */
export function showPolicy(request: PageRequest): PageAnswer {
  const policy = policyNamed(request.change.store, request.param('name'));
  return {
    ...policyPage(request, policy, { shown: policy, preview: null }),
    notice: request.notice,
  };
}

/** What publishing a policy as it is would change. */
export async function showPreview(request: PageRequest): Promise<PageAnswer> {
  const { change, operations } = request;
  const policy = policyNamed(change.store, request.param('name'));
  const preview = await operations(change.actor, 'preview', { name: policy.name });
  const page = policyPage(request, policy, { shown: policy, preview });
  return { ...page, part: 'policy-preview' };
}

/** Saves the sources, or with `preview` shows what they would change, or publishes as well with `publish`. */
export async function savePolicy(request: PageRequest): Promise<PageAnswer> {
  const { change, form } = request;
  const policy = policyNamed(change.store, request.param('name'));
  const typed = requestOf(request);
  try {
    if (form('do') === 'preview') return await previewed(request, policy, typed);
    editPolicy(change, policy.name, typed);
  } catch (thrown) {
    return {
      ...policyPage(request, policy, { shown: typed, preview: null }),
      ...refusalOf(thrown),
    };
  }
  if (form('do') === 'publish') return publish(request);
  return done(`/policies/${policy.name}`, `The policy ${policy.name} is saved.`);
}

async function previewed(
  request: PageRequest,
  policy: Policy,
  typed: PolicyRequest,
): Promise<ShownPage> {
  const { block = [], allow = [] } = typed;
  const order = { name: policy.name, block, allow };
  const preview = await request.operations(request.change.actor, 'preview', order);
  return policyPage(request, policy, { shown: typed, preview });
}

/** Publishes a policy. */
export async function publish(request: PageRequest): Promise<PageAnswer> {
  const { change, operations, param } = request;
  const policy = policyNamed(change.store, param('name'));
  try {
    const { changed, serial, block, allow } = await operations(change.actor, 'publish', policy);
    // The portal itself may have been faster with a policy that it publishes by itself.
    const what = `${changed ? 'Published' : 'It is published'} with serial ${serial}`;
    const counts = `${formatCount(block)} entries to block, ${formatCount(allow)} to allow`;
    return done(`/policies/${policy.name}`, `${what}: ${counts}.`);
  } catch (thrown) {
    return {
      ...policyPage(request, policy, { shown: policy, preview: null }),
      ...refusalOf(thrown),
    };
  }
}

/** Asks whether a policy is to be removed. */
export function confirmRemovePolicy({ change, param }: PageRequest): PageAnswer {
  const { name } = policyNamed(change.store, param('name'));
  return formPage(tab, {
    title: `Remove the policy ${name}?`,
    intro: 'Its lists leave the DNS at once. Devices that still have it keep their last one.',
    ...{ fields: [], action: `/policies/${name}/remove`, submit: 'Remove it', danger: true },
    cancel: `/policies/${name}`,
  });
}

/** Removes a policy that no device has. */
export function deletePolicy({ change, param }: PageRequest): PageAnswer {
  removePolicy(change, param('name'));
  return done('/policies', `The policy ${param('name')} is removed.`);
}

function requestOf({ form, all }: Pick<PageRequest, 'form' | 'all'>): PolicyRequest {
  const publishMode = form('publish') as PublishMode;
  return { block: all('block'), allow: all('allow'), note: form('note'), publish: publishMode };
}

function fieldsOf(store: Store, { block, allow, publish: mode, note }: PolicyRequest): Field[] {
  const choices = store.sources.all().map(({ name, kind, entries }) => ({
    ...{ value: name, label: name },
    note: `${kind}, ${countWords(entries, 'entry', 'entries')}`,
  }));
  return [
    { name: 'block', label: 'Block', type: 'checks', choices, marked: block ?? [] },
    {
      name: 'allow',
      label: 'Allow',
      type: 'checks',
      choices,
      marked: allow ?? [],
      help: 'What is allowed wins over what is blocked.',
    },
    {
      ...{ name: 'publish', label: 'Publish', type: 'select', value: mode ?? 'auto' },
      choices: [
        { value: 'auto', label: 'automatically, when a feed or list changes' },
        { value: 'manual', label: 'only when I say so' },
      ],
    },
    { name: 'note', label: 'Note', value: note ?? '' },
  ];
}

function policyPage(
  { change, now }: PageRequest,
  policy: Policy,
  { shown, preview }: { readonly shown: PolicyRequest; readonly preview: PolicyPreview | null },
): ShownPage {
  const { store } = change;
  const { name } = policy;
  const data = {
    form: {
      ...{ title: name, action: `/policies/${name}`, fields: fieldsOf(store, shown) },
      intro: policy.blockList,
    },
    waiting: store.policies.unpublished().includes(name),
    published: timeCell(policy.published, now),
    serial: policy.serial,
    previewPath: `/policies/${name}/preview`,
    preview: preview === null ? null : previewView(preview),
  };
  return { kind: 'page', view: 'policy', title: name, tab, data };
}

const roles: Readonly<Record<Role, string>> = { block: 'block', allow: 'allow' };

function previewView(preview: PolicyPreview): { summary: readonly string[]; tables: TableView[] } {
  const { changes, sources, overlaps, limits } = preview;
  const count = (number: number): string => formatCount(number);
  return {
    summary: [
      `${count(preview.block)} entries to block and ${count(preview.allow)} to allow; ${count(preview.enforced)} are enforced.`,
      `Against what is published: block +${count(changes.block.added)} −${count(changes.block.removed)}, allow +${count(changes.allow.added)} −${count(changes.allow.removed)}.`,
      ...(preview.allowedBlocks === 0
        ? []
        : [`${count(preview.allowedBlocks)} entries to block meet what is allowed.`]),
    ],
    tables: [
      {
        ...{
          title: 'Sources',
          columns: ['Source', 'Role', 'Entries', 'In no other'],
          empty: 'No source is chosen.',
        },
        rows: sources.map(({ name, role, entries, alone }) => [
          { text: name },
          { text: roles[role] },
          countCell(entries),
          countCell(alone),
        ]),
      },
      {
        ...{
          title: 'Overlap',
          columns: ['Source', 'Is met by', 'Entries'],
          empty: 'No two sources of the same role meet.',
        },
        rows: overlaps
          .slice(0, 50)
          .map(({ name, other, entries }) => [{ text: name }, { text: other }, countCell(entries)]),
      },
      {
        ...{ title: 'Does it fit?', columns: ['Firewall as it comes', 'Fits'], empty: '' },
        rows: limits.map(({ name, fits }) => [
          { text: name },
          fits ? { text: 'yes', tone: 'good' } : { text: 'no: raise the limit', tone: 'bad' },
        ]),
      },
    ],
  };
}
