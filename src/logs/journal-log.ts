/** The kernel's lines in the journal of systemd, for hosts on which no syslog daemon writes a file. */
import type { LogChunk, LogPosition, LogSource } from '../core/ports.ts';
import { streamCommand, type StreamCommand } from '../system/stream-command.ts';
import { parseJsonObject } from '../core/json-text.ts';

/** How the journal is read. */
export interface JournalOptions {
  readonly command?: StreamCommand;
  /** More arguments of journalctl(1), e.g. `--directory=…`. */
  readonly extra?: readonly string[];
}

/** An entry, as a line of syslog. */
interface Entry {
  readonly cursor: string;
  readonly line: string;
}

/** The last moment a Date can hold (ECMA-262, "Time Values"). */
const LAST_TIME = 8.64e15;
const NO_BYTES = new Uint8Array(0);
/** Lines given out at once. */
const LINES = 500;

/**
 * The journal. Its positions are the cursors of its entries; one that is no longer there gives a gap, e.g. when the journal
 * is kept in memory only and the host was started anew.
 */
export function createJournalLog({
  command = streamCommand,
  extra = [],
}: JournalOptions = {}): LogSource {
  const entries = (...args: readonly string[]): AsyncGenerator<Entry> =>
    entriesOf(
      command(
        [
          ...(['journalctl', '--no-pager', '--quiet', '--output=json'] as const),
          '--output-fields=MESSAGE,_HOSTNAME',
          ...extra,
          ...args,
          '_TRANSPORT=kernel',
        ],
        NO_BYTES,
      ),
    );
  return {
    name: 'the journal',
    async *read(from) {
      const cursor = from === null ? undefined : cursorOf(from);
      if (cursor === undefined) yield await endOf(entries('--lines=1'));
      else if (cursor === '') yield* chunks(entries(), '');
      else yield* chunks(entries(`--cursor=${cursor}`), cursor);
    },
  };
}

/** Behind the newest entry. */
async function endOf(newest: AsyncGenerator<Entry>): Promise<LogChunk> {
  let cursor = '';
  for await (const entry of newest) cursor = entry.cursor;
  return { bytes: NO_BYTES, next: positionOf(cursor) };
}

/** @param last the entry read last, which comes first again; empty: none was there */
async function* chunks(
  entries: AsyncGenerator<Entry>,
  last: string,
): AsyncGenerator<LogChunk, void, undefined> {
  let lines: string[] = [];
  let cursor = last;
  let isFirst = true;
  for await (const entry of entries) {
    cursor = entry.cursor;
    const isKnown = isFirst && cursor === last;
    if (isFirst && !isKnown && last !== '') yield lost(cursor, entry.line);
    else if (!isKnown) lines.push(entry.line);
    isFirst = false;
    if (lines.length >= LINES) {
      yield { bytes: Buffer.from(lines.join('')), next: positionOf(cursor) };
      lines = [];
    }
  }
  if (lines.length > 0) yield { bytes: Buffer.from(lines.join('')), next: positionOf(cursor) };
}

function lost(cursor: string, line: string): LogChunk {
  const reason = 'the entry of the journal that was read last is no longer there';
  return { bytes: Buffer.from(line), next: positionOf(cursor), gap: { reason, bytes: null } };
}

function positionOf(cursor: string): LogPosition {
  return JSON.stringify({ kind: 'journal', cursor });
}

/** Undefined for a position of another source. */
function cursorOf(position: LogPosition): string | undefined {
  const value = parseJsonObject(position);
  const cursor = value?.['cursor'];
  return value?.['kind'] === 'journal' && typeof cursor === 'string' ? cursor : undefined;
}

async function* entriesOf(output: AsyncGenerator<Uint8Array>): AsyncGenerator<Entry> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of output) {
    rest = Buffer.concat([rest, block]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      const entry = parseEntry(rest.subarray(0, end).toString('utf8'));
      rest = rest.subarray(end + 1);
      if (entry !== null) yield entry;
    }
  }
}

/**
 * `{"MESSAGE":"ThreatSTOP-TSblock IN=eth0 …","_HOSTNAME":"fw","__CURSOR":"s=…","__REALTIME_TIMESTAMP":"1795259367123456",…}`;
 * a message with bytes that are no UTF-8 is a list of numbers (systemd.journal-fields(7), JSON format). Null: no entry.
 */
export function parseEntry(json: string): Entry | null {
  const fields = parseJsonObject(json) ?? {};
  const cursor = fields['__CURSOR'];
  const time = Number(fields['__REALTIME_TIMESTAMP']) / 1000;
  const message = messageText(fields['MESSAGE']);
  if (typeof cursor !== 'string' || !(time > 0 && time < LAST_TIME) || message === null)
    return null;
  const name = hostName(fields['_HOSTNAME']);
  const line = message.replaceAll('\n', ' ');
  return { cursor, line: `${new Date(time).toISOString()} ${name} kernel: ${line}\n` };
}

function hostName(host: unknown): string {
  return typeof host === 'string' && /^\S+$/.test(host) ? host : 'localhost';
}

function messageText(message: unknown): string | null {
  if (typeof message === 'string') return message;
  return Array.isArray(message) ? Buffer.from(message as number[]).toString('utf8') : null;
}
