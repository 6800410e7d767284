import { FormatError, printable } from '../../src/core/errors.ts';
import { BLOCK_BYTES, FIELD, TYPE_FLAG, headerChecksum, type TarEntry } from './tar-entry.ts';

type Field = (typeof FIELD)[keyof typeof FIELD];

/**
 * Reads an archive written by {@link writeTar}, pkg(8) or tar(1) in the formats ustar and pax.
 * @throws FormatError at a wrong checksum, a cut end, or a member that is no file, link or directory
 */
export function readTar(archive: Uint8Array): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let pax: ReadonlyMap<string, string> = new Map();
  let at = 0;
  for (;;) {
    const header = block(archive, at);
    if (header.every((byte) => byte === 0)) return entries;
    checkHeader(header, at);
    const size = number(header, FIELD.size, pax.get('size'));
    const content = contentOf(archive, at + BLOCK_BYTES, size);
    at += BLOCK_BYTES * (1 + Math.ceil(size / BLOCK_BYTES));
    if (text(header, FIELD.typeFlag) === TYPE_FLAG.extended) {
      pax = paxRecords(content);
      continue;
    }
    entries.push(entryOf(header, content, pax));
    pax = new Map();
  }
}

function block(archive: Uint8Array, at: number): Uint8Array {
  if (at + BLOCK_BYTES > archive.length) throw new FormatError('the tar archive has no end');
  return archive.subarray(at, at + BLOCK_BYTES);
}

function contentOf(archive: Uint8Array, at: number, size: number): Uint8Array {
  if (at + size <= archive.length) return archive.subarray(at, at + size);
  throw new FormatError('the tar archive ends within a file');
}

function checkHeader(header: Uint8Array, at: number): void {
  if (number(header, FIELD.checksum) === headerChecksum(header)) return;
  throw new FormatError(`the tar header at byte ${at} has a wrong checksum`);
}

function entryOf(
  header: Uint8Array,
  content: Uint8Array,
  pax: ReadonlyMap<string, string>,
): TarEntry {
  const path = pax.get('path') ?? ustarPath(header);
  const kind = kindOf(text(header, FIELD.typeFlag), path);
  return {
    path,
    kind,
    mode: number(header, FIELD.mode),
    owner: pax.get('uname') ?? text(header, FIELD.uname),
    group: pax.get('gname') ?? text(header, FIELD.gname),
    modified: number(header, FIELD.mtime),
    content: kind === 'file' ? content : new Uint8Array(0),
    target: kind.endsWith('link') ? (pax.get('linkpath') ?? text(header, FIELD.linkName)) : '',
  };
}

function ustarPath(header: Uint8Array): string {
  const prefix = text(header, FIELD.prefix);
  const name = text(header, FIELD.name);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function kindOf(typeFlag: string, path: string): TarEntry['kind'] {
  const kinds = ['file', 'hardlink', 'symlink', 'directory'] as const;
  const kind = typeFlag === '' ? 'file' : kinds.find((name) => TYPE_FLAG[name] === typeFlag);
  if (kind !== undefined) return kind;
  throw new FormatError(`the tar member ${printable(path)} is of type "${printable(typeFlag)}"`);
}

function text(header: Uint8Array, { at, bytes }: Field): string {
  const field = Buffer.from(header.subarray(at, at + bytes));
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? bytes : end).toString('utf8');
}

function number(header: Uint8Array, field: Field, decimal?: string): number {
  const digits = decimal ?? text(header, field).trim();
  const value = decimal === undefined ? Number.parseInt(`0${digits}`, 8) : Number(digits);
  if (Number.isSafeInteger(value) && value >= 0 && /^\d*$/.test(digits)) return value;
  throw new FormatError(`the tar header holds the number "${printable(digits)}"`);
}

/** `LENGTH NAME=VALUE\n`, one after the other. */
function paxRecords(content: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  let rest = Buffer.from(content);
  while (rest.length > 0) {
    const length = Number.parseInt(rest.subarray(0, 12).toString('latin1'), 10);
    const record = rest.subarray(0, length).toString('utf8');
    const match = /^\d+ ([^=]+)=([^]*)\n$/.exec(record);
    if (match === null) throw new FormatError('the tar archive has a broken pax header');
    records.set(match[1] ?? '', match[2] ?? '');
    rest = rest.subarray(length);
  }
  return records;
}
