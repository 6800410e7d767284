import { readFile } from 'node:fs/promises';
import { HostError, messageOf } from '../../core/errors.ts';
import { removeTarget, saveMail, saveWebhook, shownTarget, testTarget } from '../model/alarms.ts';
import {
  TEXT,
  textOf,
  usageError,
  withChange,
  withStore,
  wordsOf,
  type OptionValues,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { JSON_OPTION, columns, printResult } from './output.ts';

const list: PortalCommand = {
  words: ['alarm', 'list'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Shows where alarms go; secrets are not shown.'],
  run: (context, values) =>
    withStore(values, (store) => {
      printResult(context, values, store.alarms.targets().map(shownTarget), (all) =>
        all.length === 0
          ? 'Alarms go nowhere.'
          : columns(all.map(({ name, kind, severity, where }) => [name, kind, severity, where])),
      );
    }),
};

const webhook: PortalCommand = {
  words: ['alarm', 'webhook'],
  operands: ['NAME'],
  options: { url: TEXT, secret: TEXT, severity: TEXT },
  usage: '--url URL|@FILE|- [--secret @FILE|-] [--severity error|warning]',
  about: [
    'Sends alarms by HTTP POST, as JSON. X-TS-Signature is sha256= and the HMAC-SHA-256 of X-TS-Timestamp, a dot and the',
    'body, by a secret that is made and shown once unless it is given: by a file, or - to be asked for it without echo (the',
    'first line of the standard input where there is no terminal).',
  ],
  run: async (context, values, [name = '']) => {
    const url = await readText(context, values, 'url');
    const secret = await readSecret(context, values, 'secret');
    if (url === undefined) throw usageError('--url is missing');
    const severity = textOf(values, 'severity');
    await withChange(context, values, (change) => {
      const key = saveWebhook(change, name, {
        url,
        ...(secret === undefined ? {} : { secret }),
        ...(severity === undefined ? {} : { severity }),
      });
      context.print(secret === undefined ? `secret: ${key}\n` : 'saved\n');
    });
  },
};

const mail: PortalCommand = {
  words: ['alarm', 'mail'],
  operands: ['NAME'],
  options: { server: TEXT, from: TEXT, to: TEXT, user: TEXT, password: TEXT, severity: TEXT },
  usage:
    '--server smtp[s]://HOST:PORT --from ADDRESS --to ADDRESS[,…] [--user USER --password @FILE|-] [--severity error|warning]',
  about: ['Sends alarms by mail, over TLS (smtp: STARTTLS) unless the server is on this machine.'],
  run: async (context, values, [name = '']) => {
    const password = await readSecret(context, values, 'password');
    const [user, severity] = [textOf(values, 'user'), textOf(values, 'severity')];
    await withChange(context, values, (change) => {
      saveMail(change, name, {
        server: textOf(values, 'server') ?? '',
        from: textOf(values, 'from') ?? '',
        to: wordsOf(values, 'to') ?? [],
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
        ...(severity === undefined ? {} : { severity }),
      });
      context.print('saved\n');
    });
  },
};

const test: PortalCommand = {
  words: ['alarm', 'test'],
  operands: ['NAME'],
  options: {},
  about: ['Sends a test to a target now.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, async (change) => {
      await testTarget(change, name);
      context.print('sent\n');
    }),
};

const remove: PortalCommand = {
  words: ['alarm', 'remove'],
  operands: ['NAME'],
  options: {},
  about: ['Sends no more alarms to a target, also none that are on their way.'],
  run: (context, values, [name = '']) =>
    withChange(context, values, (change) => {
      removeTarget(change, name);
      context.print('removed\n');
    }),
};

/** Others see the command line in the list of processes. */
function readSecret(
  context: PortalCommandContext,
  values: OptionValues,
  name: string,
): Promise<string | undefined> {
  const text = textOf(values, name);
  if (text !== undefined && text !== '-' && !text.startsWith('@')) {
    throw usageError(`--${name} is @FILE, or - to be asked for it`);
  }
  return readText(context, values, name);
}

async function readText(
  context: PortalCommandContext,
  values: OptionValues,
  name: string,
): Promise<string | undefined> {
  const text = textOf(values, name);
  if (text === '-') return (await context.readSecret(`${name}:`)).trim();
  if (text?.startsWith('@') !== true) return text;
  try {
    return (await readFile(text.slice(1), 'utf8')).trim();
  } catch (cause) {
    throw new HostError(`--${name}: reading ${text.slice(1)}: ${messageOf(cause)}`, { cause });
  }
}

/** `ts-portal alarm …`. */
export const ALARM_COMMANDS: readonly PortalCommand[] = [list, webhook, mail, test, remove];
