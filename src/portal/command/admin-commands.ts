import { createPasswords } from '../../site/password.ts';
import { addAdmin, removeAdmin, setAdminPassword } from '../model/admins.ts';
import { SCOPES, addApiKey, removeApiKey } from '../model/api-keys.ts';
import {
  TEXTS,
  textsOf,
  withChange,
  withStore,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { JSON_OPTION, columns, printResult, timeText } from './output.ts';

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

const remove: PortalCommand = {
  words: ['admin', 'remove'],
  operands: ['NAME'],
  options: {},
  about: ['Removes an administrator. All sessions end.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      removeAdmin(change, name);
      context.print(`administrator ${name}: removed\n`);
    }),
};

const list: PortalCommand = {
  words: ['admin', 'list'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Lists the administrators.'],
  run: (context, values) =>
    withStore(values, ({ admins }) => {
      printResult(context, values, admins.all(), (all) =>
        columns([['NAME', 'SINCE'], ...all.map(({ name, created }) => [name, timeText(created)])]),
      );
    }),
};

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

const removeKey: PortalCommand = {
  words: ['key', 'remove'],
  operands: ['NAME'],
  options: {},
  about: ['Removes an API key; it counts no more.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      removeApiKey(change, name);
      context.print(`key ${name}: removed\n`);
    }),
};

const listKeys: PortalCommand = {
  words: ['key', 'list'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Lists the API keys.'],
  run: (context, values) =>
    withStore(values, ({ apiKeys }) => {
      printResult(context, values, apiKeys.all(), (all) =>
        columns([
          ['NAME', 'SCOPES', 'SINCE', 'LAST USED'],
          ...all.map(({ name, scopes, created, used }) => [
            name,
            scopes.join(' '),
            timeText(created),
            timeText(used),
          ]),
        ]),
      );
    }),
};

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
