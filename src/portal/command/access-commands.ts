import {
  ACCESS_MODES,
  accessMode,
  allowAccess,
  denyAccess,
  setAccessMode,
} from '../model/access.ts';
import { addSecondary, removeSecondary } from '../model/secondaries.ts';
import { storedPlace } from '../place.ts';
import {
  TEXT,
  numberOf,
  textOf,
  usageError,
  withChange,
  withStore,
  yesNoOf,
  type PortalCommand,
} from './command.ts';
import { JSON_OPTION, columns, printResult } from './output.ts';
import { listCommand, removeCommand } from './record-commands.ts';
import { secondaryText } from './secondary-text.ts';

const show: PortalCommand = {
  words: ['access', 'show'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Shows who may ask the policy service.'],
  run: (context, values) =>
    withStore(values, (store) => {
      const result = { mode: accessMode(store), allowed: store.access.all() };
      printResult(context, values, result, ({ mode, allowed }) =>
        columns([['mode', mode], ...allowed.map(({ prefix, note }) => [prefix, note])]),
      );
    }),
};

const mode: PortalCommand = {
  words: ['access', 'mode'],
  operands: ['MODE'],
  options: {},
  about: ACCESS_MODES.map(([name, about]) => `${name}: ${about}.`),
  run: (context, values, [text = '']) =>
    withChange(context, values, (change) => {
      context.print(`access mode: ${setAccessMode(change, text)}\n`);
    }),
};

const allow: PortalCommand = {
  words: ['access', 'allow'],
  operands: ['PREFIX'],
  options: { note: TEXT },
  usage: '[--note TEXT]',
  about: ['Lets addresses ask the policy service that are not those of a device.'],
  run: (context, values, [prefix = '']) =>
    withChange(context, values, (change) => {
      context.print(`allowed: ${allowAccess(change, prefix, textOf(values, 'note')).prefix}\n`);
    }),
};

const remove: PortalCommand = {
  words: ['access', 'remove'],
  operands: ['PREFIX'],
  options: {},
  about: ['Takes a prefix off the access list.'],
  run: (context, values, [prefix = '']) =>
    withChange(context, values, (change) => {
      denyAccess(change, prefix);
      context.print(`removed: ${prefix}\n`);
    }),
};

const addServer: PortalCommand = {
  words: ['secondary', 'add'],
  operands: ['NAME'],
  options: { address: TEXT, port: TEXT, notify: TEXT },
  usage: '--address IP [--port N] [--notify yes|no]',
  about: [
    'Makes a key for a name server (BIND, Knot) that is to serve a copy of the zone, and prints its',
    'configuration. It is told of every new serial at IP (NOTIFY). The key is not shown again.',
  ],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      const address = textOf(values, 'address');
      if (address === undefined) throw usageError('--address IP is missing');
      const [port, notify] = [numberOf(values, 'port'), yesNoOf(values, 'notify')];
      const given = { address, ...(port && { port }), ...(notify !== undefined && { notify }) };
      context.print(secondaryText(addSecondary(change, name, given), storedPlace(change.store)));
    }),
};

const removeServer = removeCommand({
  word: 'secondary',
  about: 'Removes a secondary; its key counts no more.',
  remove: removeSecondary,
});

const listServers = listCommand({
  word: 'secondary',
  about: 'Lists the secondaries, and the serial that each was told.',
  all: ({ secondaries }) => secondaries.all(),
  head: ['NAME', 'ADDRESS', 'PORT', 'NOTIFY', 'TOLD'],
  rowOf:
    () =>
    ({ name, address, port, notify, notified }) => [
      ...[name, address, String(port), notify ? 'yes' : 'no', String(notified ?? '')],
    ],
});

/** `ts-portal access …` and `ts-portal secondary …`. */
export const ACCESS_COMMANDS: readonly PortalCommand[] = [
  show,
  mode,
  allow,
  remove,
  addServer,
  removeServer,
  listServers,
];
