import { SCOPES, addApiKey, mayDo, removeApiKey } from '../../model/api-keys.ts';
import { formPage, refusalOf, timeCell, type Field } from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'keys';

/** The keys of the API. */
export function showKeys({ change, now, notice }: PageRequest): PageAnswer {
  const table = {
    title: 'API keys',
    intro: 'For programs. What the API can do is in /v1/openapi.json.',
    columns: ['Key', 'May', 'Made', 'Last used', ''],
    rows: change.store.apiKeys.all().map(({ name, scopes, created, used }) => [
      { text: name },
      { text: scopes.join(', ') },
      timeCell(created, now),
      timeCell(used, now),
      {
        text: '',
        actions: [
          {
            ...{ id: `ts-remove-${name}`, path: `/keys/${name}/remove`, label: 'Remove' },
            ...{ busy: 'Removing…', style: 'btn-default btn-sm' },
          },
        ],
      },
    ]),
    empty: 'There is no key.',
    actions: [{ label: 'Add a key', path: '/keys/add' }],
  };
  return { kind: 'page', view: 'table', title: 'API keys', tab, notice, data: { tables: [table] } };
}

/** The form of a new key. */
export function showAddKey(): PageAnswer {
  return addForm('', []);
}

function addForm(name: string, scopes: readonly string[]): ShownPage {
  const fields: readonly Field[] = [
    {
      name: 'name',
      label: 'Name',
      value: name,
      required: true,
      help: 'What will use it, e.g. image-build.',
    },
    {
      ...{ name: 'scope', label: 'It may', type: 'checks', marked: scopes },
      choices: SCOPES.map(([value, about]) => ({ value, label: about, note: value })),
    },
  ];
  const title = 'Add an API key';
  return formPage(tab, { title, fields, action: '/keys/add', submit: 'Add key', cancel: '/keys' });
}

/** Makes a key and shows it, once. */
export function saveNewKey({ change, form, all, addresses }: PageRequest): PageAnswer {
  const [name, scopes] = [form('name'), all('scope')];
  try {
    const made = addApiKey(change, name, scopes);
    const { key } = made;
    const issued = {
      title: `The key ${name} is made`,
      warning: 'The key is shown only now. Copy it before you leave this page.',
      facts: [{ label: 'Key', text: key }],
      blocks: mayDo(made, 'devices:read')
        ? [
            {
              label: 'Try it',
              text: `curl -k -H "Authorization: Bearer ${key}" ${addresses().adminUrl}/v1/devices`,
            },
          ]
        : [],
      ...{ next: '/keys', nextLabel: 'I have it' },
    };
    return { kind: 'page', view: 'issued', title: name, tab, data: { issued } };
  } catch (thrown) {
    return { ...addForm(name, scopes), ...refusalOf(thrown) };
  }
}

/** Removes a key; it counts no more. */
export function deleteKey({ change, param }: PageRequest): PageAnswer {
  removeApiKey(change, param('name'));
  return done('/keys', `The key ${param('name')} is removed.`);
}
