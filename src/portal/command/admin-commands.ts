import { createPasswords } from '../../site/password.ts';
import { addAdmin, removeAdmin, setAdminPassword } from '../model/admins.ts';
import { SCOPES, addApiKey, removeApiKey } from '../model/api-keys.ts';
import {
  TEXTS,
  textsOf,
  withChange,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { timeText } from './output.ts';
import { listCommand, removeCommand } from './record-commands.ts';

const add: PortalCommand = {
  words: ['admin', 'add'],
  operands: ['NAME'],
  options: {},
  about: [
    'Makes an administrator, who may log in to the admin pages. The password is asked for twice, or it is the first',
    'line of the standard input.',
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, async (change) => {
      addAdmin(change, name, await newHash(context));
      context.print(`administrator ${name}: made\n`);
    }),
};

const password: PortalCommand = {
  words: ['admin', 'password'],
  operands: ['NAME'],
  options: {},
  about: [
    'Gives an administrator another password; it is asked for as by "admin add". All sessions end.',
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, async (change) => {
      setAdminPassword(change, name, await newHash(context));
      context.print(`administrator ${name}: has another password\n`);
    }),
};

const remove = removeCommand({
  word: 'admin',
  kind: 'administrator',
  about: 'Removes an administrator. All sessions end.',
  remove: removeAdmin,
});

const list = listCommand({
  word: 'admin',
  about: 'Lists the administrators.',
  all: ({ admins }) => admins.all(),
  head: ['NAME', 'SINCE'],
  rowOf:
    () =>
    ({ name, created }) => [name, timeText(created)],
});

const addKey: PortalCommand = {
  words: ['key', 'add'],
  operands: ['NAME'],
  options: { scope: TEXTS },
  usage: '--scope SCOPE…',
  about: [
    'Makes a key with which a program uses the API, and prints it. It is not shown again.',
    ...SCOPES.map(([scope, about]) => `SCOPE ${scope}: ${about}.`),
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      context.print(`${addApiKey(change, name, textsOf(values, 'scope')).key}\n`);
    }),
};

const removeKey = removeCommand({
  word: 'key',
  about: 'Removes an API key; it counts no more.',
  remove: removeApiKey,
});

const listKeys = listCommand({
  word: 'key',
  about: 'Lists the API keys.',
  all: ({ apiKeys }) => apiKeys.all(),
  head: ['NAME', 'SCOPES', 'SINCE', 'LAST USED'],
  rowOf:
    () =>
    ({ name, scopes, created, used }) => [
      ...[name, scopes.join(' '), timeText(created), timeText(used)],
    ],
});

/** `ts-portal admin …` and `ts-portal key …`. */
export const ADMIN_COMMANDS: readonly PortalCommand[] = [
  add,
  password,
  remove,
  list,
  addKey,
  removeKey,
  listKeys,
];

async function newHash(context: PortalCommandContext): Promise<string> {
  return createPasswords().hash(
    await context.readNewSecret('New password (10 characters or more):'),
  );
}
