import { secondaryText } from '../../command/secondary-text.ts';
import { addSecondary, removeSecondary } from '../../model/secondaries.ts';
import { storedPlace } from '../../place.ts';
import { ZONE } from '../../zone/names.ts';
import { zoneFile } from '../../zone/zone-file.ts';
import { formPage, refusalOf, sentence, type Cell, type Field } from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'servers';

/** Name servers that serve a copy of the zone, and the zone as a file. */
export function showServers({ change, notice, addresses }: PageRequest): PageAnswer {
  const { secondaries, zone, problems } = change.store;
  const serial = zone.serial();
  const rows = secondaries.all().map(({ name, address, port, notify, notified }) => {
    const problem = problems.all().find(({ subject }) => subject === name);
    const told: Cell =
      problem === undefined
        ? { text: notify ? String(notified ?? 'not told yet') : 'is not told' }
        : { text: 'not reached', tone: 'bad', note: sentence(problem.message) };
    const remove = { id: `ts-remove-${name}`, path: `/servers/${name}/remove`, label: 'Remove' };
    return [
      { text: name },
      { text: `${address} port ${port}` },
      told,
      { text: '', actions: [{ ...remove, busy: 'Removing…', style: 'btn-default btn-sm' }] },
    ];
  });
  const table = {
    title: 'Name servers',
    intro: `The zone ${ZONE} has serial ${serial}; this portal serves it at ${addresses().policy.host} port ${addresses().policy.port}. BIND or Knot can serve copies of it: by transfer, or from the file.`,
    columns: ['Secondary', 'Address', 'Was told serial', ''],
    ...{ rows, empty: 'There is no secondary.' },
    actions: [
      { label: 'Add a secondary', path: '/servers/add' },
      { label: 'Zone as a file', path: '/servers/zone.db' },
    ],
  };
  return {
    kind: 'page',
    view: 'table',
    title: 'Name servers',
    tab,
    notice,
    data: { tables: [table] },
  };
}

/** The form of a new secondary. */
export function showAddServer(): PageAnswer {
  return addForm({ name: '', address: '', port: '53', notify: 'yes' });
}

function addForm(
  typed: Readonly<Record<'name' | 'address' | 'port' | 'notify', string>>,
): ShownPage {
  const fields: readonly Field[] = [
    {
      name: 'name',
      label: 'Name',
      value: typed.name,
      required: true,
      help: 'Also the name of its key.',
    },
    { name: 'address', label: 'IP address', value: typed.address, required: true },
    { name: 'port', label: 'Port', value: typed.port },
    { name: 'notify', label: 'Tell it of changes (NOTIFY)', type: 'check', value: typed.notify },
  ];
  const title = 'Add a secondary';
  return formPage(tab, {
    title,
    fields,
    action: '/servers/add',
    submit: 'Add',
    cancel: '/servers',
  });
}

/** Makes a secondary and shows its configuration with its key, once. */
export function saveNewServer({ change, form }: PageRequest): PageAnswer {
  const typed = {
    name: form('name'),
    address: form('address'),
    port: form('port'),
    notify: form('notify'),
  };
  try {
    const port = /^\d{1,5}$/.test(typed.port) ? Number(typed.port) : Number.NaN;
    const request = { address: typed.address, port, notify: typed.notify === 'yes' };
    const secondary = addSecondary(change, typed.name, request);
    const issued = {
      title: `The secondary ${secondary.name} is made`,
      warning: 'The key is shown only now. Copy it before you leave this page.',
      facts: [],
      blocks: [
        { label: 'Its configuration', text: secondaryText(secondary, storedPlace(change.store)) },
      ],
      ...{ next: '/servers', nextLabel: 'I have it' },
    };
    return { kind: 'page', view: 'issued', title: secondary.name, tab, data: { issued } };
  } catch (thrown) {
    return { ...addForm(typed), ...refusalOf(thrown) };
  }
}

/** Removes a secondary; its key counts no more. */
export function deleteServer({ change, param }: PageRequest): PageAnswer {
  removeSecondary(change, param('name'));
  return done('/servers', `The secondary ${param('name')} is removed.`);
}

/** The zone as a file for a name server. */
export function downloadZone({ change }: PageRequest): PageAnswer {
  return {
    kind: 'file',
    name: `${ZONE}.db`,
    type: 'text/plain',
    body: zoneFile(change.store.zone),
  };
}
