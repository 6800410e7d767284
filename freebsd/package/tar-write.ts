import { BLOCK_BYTES, FIELD, TYPE_FLAG, headerChecksum, type TarEntry } from './tar-entry.ts';

/**
 * Writes an archive in the form pkg(8) itself makes ("pax restricted"): ustar, and a pax header only before a path or
 * link target that does not fit. The same entries give the same bytes.
 */
export function writeTar(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap(entryBlocks);
  return Buffer.concat([...blocks, new Uint8Array(2 * BLOCK_BYTES)]);
}

function entryBlocks(entry: TarEntry): readonly Uint8Array[] {
  const records: string[] = [];
  const place = splitPath(entry.path);
  if (place === undefined) records.push(paxRecord('path', entry.path));
  if (entry.target.length > FIELD.linkName.bytes) records.push(paxRecord('linkpath', entry.target));
  const header = ustarHeader(entry, TYPE_FLAG[entry.kind], entry.content.length, place);
  const blocks = [header, ...contentBlocks(entry.content)];
  if (records.length === 0) return blocks;
  const extension = Buffer.from(records.join(''), 'latin1');
  const flag = TYPE_FLAG.extended;
  const named = { ...entry, target: '', mode: 0o644 };
  const extended = ustarHeader(named, flag, extension.length, { name: 'PaxHeader', prefix: '' });
  return [extended, ...contentBlocks(extension), ...blocks];
}

interface SplitPath {
  readonly prefix: string;
  readonly name: string;
}

/** A reader joins both with "/"; undefined when the path cannot be split so that both fit. */
function splitPath(path: string): SplitPath | undefined {
  if (path.length <= FIELD.name.bytes) return { prefix: '', name: path };
  const slash = path.indexOf('/', path.length - FIELD.name.bytes - 1);
  if (slash <= 0 || slash > FIELD.prefix.bytes || slash === path.length - 1) return undefined;
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}

function ustarHeader(
  entry: TarEntry,
  typeFlag: string,
  size: number,
  place: SplitPath = { prefix: '', name: entry.path.slice(-FIELD.name.bytes) },
): Uint8Array {
  const header = Buffer.alloc(BLOCK_BYTES);
  const put = (field: { at: number; bytes: number }, text: string): void => {
    header.write(text.slice(0, field.bytes), field.at, 'latin1');
  };
  put(FIELD.name, place.name);
  put(FIELD.mode, octal(entry.mode, FIELD.mode.bytes));
  put(FIELD.uid, octal(0, FIELD.uid.bytes));
  put(FIELD.gid, octal(0, FIELD.gid.bytes));
  put(FIELD.size, octal(size, FIELD.size.bytes));
  put(FIELD.mtime, octal(entry.modified, FIELD.mtime.bytes));
  put(FIELD.typeFlag, typeFlag);
  put(FIELD.linkName, entry.target);
  put(FIELD.magic, 'ustar\0');
  put(FIELD.version, '00');
  put(FIELD.uname, entry.owner);
  put(FIELD.gname, entry.group);
  put(FIELD.prefix, place.prefix);
  put(FIELD.checksum, `${headerChecksum(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

function octal(value: number, bytes: number): string {
  return `${value.toString(8).padStart(bytes - 1, '0')}\0`;
}

/** `LENGTH NAME=VALUE\n`, where the length counts itself. */
function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length;
  return `${length}${rest}`;
}

function contentBlocks(content: Uint8Array): readonly Uint8Array[] {
  const over = content.length % BLOCK_BYTES;
  return over === 0 ? [content] : [content, new Uint8Array(BLOCK_BYTES - over)];
}
