import {
  ACCESS_MODES,
  accessMode,
  allowAccess,
  denyAccess,
  setAccessMode,
} from '../../model/access.ts';
import { formPage, refusalOf, type Field } from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'devices';
const path = '/access';

/** Who may ask the policy service and passes the address check. */
export function showAccess(request: PageRequest): ShownPage {
  const { store } = request.change;
  const rows = store.access.all().map(({ prefix, note }) => [
    { text: prefix },
    { text: note },
    {
      text: '',
      actions: [
        {
          ...{ id: `ts-remove-${prefix.replaceAll(/[^0-9a-f]/g, '-')}`, path: '/access/remove' },
          ...{ label: 'Remove', busy: 'Removing…', style: 'btn-default btn-sm' },
          fields: { prefix },
        },
      ],
    },
  ]);
  const mode = accessMode(store);
  const words = ACCESS_MODES.find(([name]) => name === mode)?.[1] ?? '';
  const table = {
    title: 'Who may ask the policy service',
    intro: `Now: ${mode}, ${words}. Addresses of devices need not be on this list.`,
    ...{ columns: ['Addresses', 'Note', ''], rows, empty: 'The list is empty.' },
    actions: [
      { label: 'Allow addresses', path: '/access/add' },
      { label: 'Change the mode', path: '/access/mode' },
    ],
  };
  const title = 'Access';
  const { notice } = request;
  return { kind: 'page', view: 'table', title, tab, notice, data: { tables: [table] } };
}

/** The form for another mode. */
export function showMode({ change }: PageRequest): PageAnswer {
  const field: Field = {
    ...{ name: 'mode', label: 'The policies may be read by', type: 'select' },
    value: accessMode(change.store),
    choices: ACCESS_MODES.map(([value, about]) => ({ value, label: `${value}: ${about}` })),
  };
  const title = 'Who may ask the policy service';
  return formPage(tab, {
    title,
    fields: [field],
    action: '/access/mode',
    submit: 'Save',
    cancel: path,
  });
}

/** Sets the mode. */
export function saveMode({ change, form }: PageRequest): PageAnswer {
  return done(path, `The mode is ${setAccessMode(change, form('mode'))}.`);
}

/** The form for addresses. */
export function showAllow({ query }: PageRequest): PageAnswer {
  return allowForm(query('prefix'), '');
}

function allowForm(prefix: string, note: string): ShownPage {
  return formPage(tab, {
    title: 'Allow addresses',
    fields: [
      {
        name: 'prefix',
        label: 'Address or prefix',
        value: prefix,
        required: true,
        help: 'E.g. 203.0.113.7 or 203.0.113.0/24.',
      },
      { name: 'note', label: 'Note', value: note },
    ],
    ...{ action: '/access/add', submit: 'Allow', cancel: path },
  });
}

/** Allows addresses. */
export function saveAllow({ change, form }: PageRequest): PageAnswer {
  const [prefix, note] = [form('prefix'), form('note')];
  try {
    return done(path, `${allowAccess(change, prefix, note).prefix} may ask.`);
  } catch (thrown) {
    return { ...allowForm(prefix, note), ...refusalOf(thrown) };
  }
}

/** Allows addresses no more. */
export function removeAccess({ change, form }: PageRequest): PageAnswer {
  denyAccess(change, form('prefix'));
  return done(path, `${form('prefix')} is removed.`);
}
