import { formatCount } from '../../../site/format.ts';
import { NotFoundError } from '../../model/change.ts';
import { removeUserList } from '../../model/user-lists.ts';
import type { Store } from '../../store.ts';
import type { Source } from '../../tables/sources.ts';
import { countCell, formPage, refusalOf, timeCell, type Field, type Refusal } from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'lists';
/** Larger lists are not put into the form; they are replaced by a file. */
const MAX_SHOWN_BYTES = 200_000;

/** The lists that people write. */
export function showLists({ change, now, notice }: PageRequest): PageAnswer {
  const { sources, policies } = change.store;
  const lists = sources.all().filter(({ kind }) => kind === 'list');
  const table = {
    title: 'Lists',
    columns: ['List', 'Entries', 'Changed', 'Used by'],
    rows: lists.map(({ name, entries, updated, note }) => [
      { text: name, href: `/lists/${name}`, note },
      countCell(entries),
      timeCell(updated === 0 ? null : updated, now),
      { text: policies.using(name).join(', ') },
    ]),
    empty: 'There is no list yet.',
    actions: [{ label: 'Add a list', path: '/lists/add' }],
  };
  return { kind: 'page', view: 'table', title: 'Lists', tab, notice, data: { tables: [table] } };
}

/** The form of a new list. */
export function showAddList(): PageAnswer {
  return addForm('', { text: '', note: '' });
}

interface Typed {
  readonly text: string;
  readonly note: string;
}

function addForm(name: string, typed: Typed, refused?: Refusal): ShownPage {
  const nameField: Field = { name: 'name', label: 'Name', value: name, required: true };
  const shown = typed.text.length > MAX_SHOWN_BYTES ? { ...typed, text: '' } : typed;
  return formPage(
    tab,
    {
      title: 'Add a list',
      fields: [nameField, ...fieldsOf(shown)],
      ...{ action: '/lists/add', submit: 'Add list', cancel: '/lists' },
    },
    refused,
  );
}

/** Makes a list of what was pasted or uploaded, all of it or nothing. */
export async function saveNewList(request: PageRequest): Promise<PageAnswer> {
  const { change, operations, form } = request;
  const [name, typed] = [form('name'), typedOf(request)];
  try {
    const { entries } = await operations(change.actor, 'saveList', { name, ...typed, fresh: true });
    return done('/lists', `The list ${name} has ${formatCount(entries)} entries.`);
  } catch (thrown) {
    return addForm(name, typed, refusalOf(thrown));
  }
}

/** A list. */
export function showList({ change, param, notice }: PageRequest): PageAnswer {
  const { store } = change;
  const list = listOf(store, param('name'));
  const bytes = store.sources.prefixes(list.name);
  const text = bytes.length > MAX_SHOWN_BYTES ? null : Buffer.from(bytes).toString('latin1');
  return { ...editForm(store, list, text, list.note), notice };
}

/** Replaces the entries and the note of a list. */
export async function saveList(request: PageRequest): Promise<PageAnswer> {
  const { change, operations, param, given } = request;
  const list = listOf(change.store, param('name'));
  const { text, note } = typedOf(request);
  // A list that is too long for the form keeps its entries, unless there is a file.
  const entries = given('text') === null && text === '' ? {} : { text };
  try {
    const order = { name: list.name, note, ...entries, fresh: false };
    const saved = await operations(change.actor, 'saveList', order);
    return done('/lists', `The list ${list.name} has ${formatCount(saved.entries)} entries.`);
  } catch (thrown) {
    const isShown = given('text') !== null && text.length <= MAX_SHOWN_BYTES;
    const shown = isShown ? text : null;
    return { ...editForm(change.store, list, shown, note), ...refusalOf(thrown) };
  }
}

function editForm(
  store: Store,
  { name, entries }: Source,
  text: string | null,
  note: string,
): ShownPage {
  const all = fieldsOf({ text: text ?? '', note });
  const page = formPage(tab, {
    title: name,
    intro:
      text === null ? `It has ${formatCount(entries)} entries, too many to be shown here.` : '',
    fields: text === null ? all.filter((field) => field.name !== 'text') : all,
    ...{ action: `/lists/${name}`, submit: 'Save', cancel: '/lists' },
  });
  const remove = { id: 'ts-remove', path: `/lists/${name}/remove`, label: 'Remove the list' };
  const unused = store.policies.using(name).length === 0;
  const actions = unused ? [{ ...remove, busy: 'Removing…', style: 'btn-danger' }] : [];
  const links = [{ label: 'Save as a file', path: `/lists/${name}/entries.txt` }];
  return { ...page, data: { ...page.data, actions, links } };
}

/** The entries as a file. */
export function downloadList({ change, param }: PageRequest): PageAnswer {
  const { name } = listOf(change.store, param('name'));
  return {
    kind: 'file',
    name: `${name}.txt`,
    type: 'text/plain',
    body: [change.store.sources.prefixes(name)],
  };
}

/** Removes a list that no policy uses. */
export function deleteList({ change, param }: PageRequest): PageAnswer {
  removeUserList(change, param('name'));
  return done('/lists', `The list ${param('name')} is removed.`);
}

function listOf(store: Store, name: string): Source {
  const source = store.sources.get(name);
  if (source?.kind !== 'list') throw new NotFoundError('list', name);
  return source;
}

/** A file counts more than what is in the field. Both as they are: errors name lines by number. */
function typedOf({ form, all }: Pick<PageRequest, 'form' | 'all'>): Typed {
  const [file = ''] = all('file');
  const [text = ''] = all('text');
  return { text: file === '' ? text : file, note: form('note') };
}

function fieldsOf({ text, note }: Typed): readonly Field[] {
  return [
    {
      ...{ name: 'text', label: 'Entries', type: 'area', value: text },
      help: 'One address or prefix a line; what is behind "#" or ";" is a comment. A list with a bad line is refused as a whole, and the lines are named.',
    },
    {
      name: 'file',
      label: 'or a file',
      type: 'file',
      help: 'It replaces what is in the field above.',
    },
    { name: 'note', label: 'Note', value: note },
  ];
}
