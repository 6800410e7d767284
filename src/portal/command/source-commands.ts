import { isGzip } from '../feed/gzip.ts';
import { countWords } from '../../core/format-count.ts';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { FormatError, HostError, messageOf } from '../../core/errors.ts';
import { ListTextError, removeUserList, saveUserList } from '../model/user-lists.ts';
import { NotFoundError } from '../model/change.ts';
import {
  TEXT,
  textOf,
  withChange,
  withStore,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { timeText } from './output.ts';
import { listCommand, removeCommand } from './record-commands.ts';
import { publishAndTell } from './published.ts';

const MAX_LIST_BYTES = 64 * 1024 * 1024;
const SHOWN_ERRORS = 20;

const set: PortalCommand = {
  words: ['list', 'set'],
  operands: ['NAME', 'FILE'],
  options: { note: TEXT },
  usage: '[--note TEXT]',
  about: [
    'Makes a list of FILE, or replaces what it held: one address or prefix a line, "#" comments,',
    'gzip or not, "-" for the standard input. A file with a bad line is refused as a whole.',
  ],
  run: (context, values, [name = '', path = '']) =>
    withChange(context, values, async (change) => {
      const text = await readText(context, path);
      const note = textOf(values, 'note');
      const { entries } = save(context, () =>
        saveUserList(change, name, { text, ...(note === undefined ? {} : { note }) }),
      );
      context.print(`list ${name}: ${countWords(entries, 'entry', 'entries')}\n`);
      publishAndTell(context, change);
    }),
};

const remove = removeCommand({
  word: 'list',
  about: 'Removes a list that no policy uses.',
  remove: removeUserList,
});

const show: PortalCommand = {
  words: ['list', 'show'],
  operands: ['NAME'],
  options: {},
  about: ['Prints the entries of a list or a feed.'],
  run: (context, values, [name = '']) =>
    withStore(values, ({ sources }) => {
      if (sources.get(name) === null) throw new NotFoundError('list or feed', name);
      context.print(Buffer.from(sources.prefixes(name)).toString('latin1'));
    }),
};

const list = listCommand({
  word: 'list',
  about: 'Lists all that policies can be made of: lists and feeds.',
  all: ({ sources }) => sources.all(),
  head: ['NAME', 'KIND', 'ENTRIES', 'CHANGED', 'POLICIES', 'NOTE'],
  rowOf:
    ({ policies }) =>
    ({ name, kind, entries, updated, note }) => [
      ...[name, kind, String(entries), timeText(updated === 0 ? null : updated)],
      ...[policies.using(name).join(' '), note],
    ],
});

/** `ts-portal list …`. */
export const LIST_COMMANDS: readonly PortalCommand[] = [set, remove, show, list];

async function readText(context: PortalCommandContext, path: string): Promise<Uint8Array> {
  const bytes = path === '-' ? await context.readInput() : await readBytes(path);
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_LIST_BYTES });
  } catch (cause) {
    throw new FormatError(`unpacking ${path}: ${messageOf(cause)}`, { cause });
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new HostError(`reading the list ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Tells the bad lines before it fails. */
function save<T>(context: PortalCommandContext, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ListTextError) {
      const lines = error.lines.slice(0, SHOWN_ERRORS);
      context.printError(lines.map(({ line, message }) => `line ${line}: ${message}\n`).join(''));
    }
    throw error;
  }
}
