import { SettingsError } from '../../../core/errors.ts';
import { setAdminPassword } from '../../model/admins.ts';
import { audited } from '../../model/change.ts';
import { formPage, refusalOf, timeCell, type Field } from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

/** The sessions of this administrator, and all administrators. */
export function showAccount({ change, now, session, sessions, notice }: PageRequest): PageAnswer {
  const own = sessions.list().filter(({ user }) => user === session.user);
  const sessionTable = {
    title: `Sessions of ${session.user}`,
    columns: ['From', 'Since', ''],
    rows: own.map(({ name, address, opened }) => [
      { text: address, note: name === session.name ? 'this browser' : '' },
      timeCell(opened, now),
      {
        text: '',
        actions: [
          {
            ...{ id: `ts-end-${name}`, path: '/account/end', label: 'End it', busy: 'Ending…' },
            ...{ style: 'btn-default btn-sm', fields: { name } },
          },
        ],
      },
    ]),
    empty: '',
    actions: [{ label: 'Change the password', path: '/account/password' }],
  };
  const adminTable = {
    title: 'Administrators',
    intro: 'They are made and removed on the portal’s own machine: ts-portal admin.',
    columns: ['Name', 'Since'],
    rows: change.store.admins
      .all()
      .map(({ name, created }) => [{ text: name }, timeCell(created, now)]),
    empty: '',
  };
  const data = { tables: [sessionTable, adminTable] };
  return { kind: 'page', view: 'table', title: 'Account', tab: null, notice, data };
}

/** Ends a session of this administrator. */
export function endSession({ change, session, sessions, form }: PageRequest): PageAnswer {
  const found = sessions.list().find(({ name }) => name === form('name'));
  if (found?.user === session.user) {
    sessions.revoke(found.name);
    audited(change, () => ({
      ...{ result: null, action: 'session end', target: session.user },
      details: `from ${found.address}`,
    }));
  }
  return done('/account', 'The session has ended.');
}

/** The form for another password. */
export function showPassword(): ShownPage {
  const fields: readonly Field[] = [
    { name: 'old', label: 'Password now', type: 'password', required: true },
    {
      name: 'new',
      label: 'New password',
      type: 'password',
      required: true,
      help: 'At least 10 characters. All sessions end, this one too.',
    },
  ];
  const form = { title: 'Change the password', fields, action: '/account/password' };
  return formPage(null, { ...form, submit: 'Change', cancel: '/account' });
}

/** Gives this administrator another password. */
export async function savePassword({
  change,
  session,
  passwords,
  form,
}: PageRequest): Promise<PageAnswer> {
  try {
    if (!(await passwords.matches(session.hash, form('old')))) {
      throw new SettingsError('the password is wrong');
    }
    setAdminPassword(change, session.user, await passwords.hash(form('new')));
    return done('/', '');
  } catch (thrown) {
    return { ...showPassword(), ...refusalOf(thrown) };
  }
}
