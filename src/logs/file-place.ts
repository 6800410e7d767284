/** Finding a place in a file again, and keeping track of it while reading on. */
import { FormatError } from '../core/errors.ts';
import type { StreamCommand } from '../system/stream-command.ts';
import { openReader, readBlock, type ByteReader } from './byte-reader.ts';
import type { LogFile } from './log-files.ts';
import { MARK_BYTES, markLength, type FilePlace } from './log-position.ts';

/** A file opened at a place; `reader` is there. */
export interface OpenPlace {
  readonly file: LogFile;
  readonly reader: ByteReader;
  readonly marks: Marks;
}

/** The bytes that identify the place reached. */
export interface Marks {
  /** Moves the place behind these bytes. */
  advance(bytes: Uint8Array): void;
  offset(): number;
  place(): FilePlace;
}

/** Content this short may be in two files by chance. */
const SHORTEST_PROOF = 16;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/** The file's begin. */
export function openAtBegin(file: LogFile, command: StreamCommand): OpenPlace {
  return { file, reader: openReader(file, 0, command), marks: createMarks(file, EMPTY, EMPTY, 0) };
}

/** A place in a plain file. */
export function endAt(file: LogFile, offset: number): FilePlace {
  return marksAt(file, offset).place();
}

/** The end of the file's last whole line, as far as it is near its end. The file is plain. */
export function endOf(file: LogFile): FilePlace {
  const last = readAt(file, Math.max(0, file.size - 65_536), file.size);
  const partial = last.length - (last.lastIndexOf(NEWLINE) + 1);
  const offset = partial === last.length ? file.size : file.size - partial;
  return endAt(file, offset);
}

/**
 * The file that holds the place, opened there; null when none does. The place is known by its content; its
 * inode only says where to look first, as inodes are used again. A place at the begin of a file has no content
 * and is never found.
 */
export async function locate(
  files: readonly LogFile[],
  place: FilePlace,
  command: StreamCommand,
): Promise<OpenPlace | null> {
  const same = files.find((file) => file.ino === place.ino && file.dev === place.dev);
  if (place.offset === 0) return null;
  const others = files.filter((file) => file !== same && place.offset >= SHORTEST_PROOF);
  const plainFirst = [
    ...(same === undefined ? [] : [same]),
    ...others.filter((file) => file.compression === null),
    ...others.filter((file) => file.compression !== null),
  ];
  for (const file of plainFirst) {
    const found =
      file.compression === null
        ? locatePlain(file, place, command)
        : await locateCompressed(file, place, command);
    if (found !== null) return found;
  }
  return null;
}

function locatePlain(file: LogFile, place: FilePlace, command: StreamCommand): OpenPlace | null {
  if (file.size < place.offset) return null;
  const marks = marksAt(file, place.offset);
  if (!sameContent(marks.place(), place)) return null;
  return { file, reader: openReader(file, place.offset, command), marks };
}

async function locateCompressed(
  file: LogFile,
  place: FilePlace,
  command: StreamCommand,
): Promise<OpenPlace | null> {
  const open = openAtBegin(file, command);
  const isThere = (await skipTo(open, place)) && sameContent(open.marks.place(), place);
  if (isThere) return open;
  await open.reader.close();
  return null;
}

/** Reads up to the place; false when the file ends before it, is damaged, or begins otherwise. */
async function skipTo({ reader, marks }: OpenPlace, place: FilePlace): Promise<boolean> {
  const block = Buffer.allocUnsafe(65_536);
  const headEnd = markLength(place.offset);
  try {
    while (marks.offset() < place.offset) {
      const target = marks.offset() < headEnd ? headEnd : place.offset;
      const count = await reader.read(block.subarray(0, target - marks.offset()));
      if (count === 0) return false;
      marks.advance(block.subarray(0, count));
      if (marks.offset() === headEnd && marks.place().head !== place.head) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function sameContent(one: FilePlace, other: FilePlace): boolean {
  return one.offset === other.offset && one.head === other.head && one.tail === other.tail;
}

function marksAt(file: LogFile, offset: number): Marks {
  const length = markLength(offset);
  const head = readAt(file, 0, length);
  return createMarks(file, head, readAt(file, offset - length, offset), offset);
}

function createMarks(file: LogFile, head: Buffer, tail: Buffer, offset: number): Marks {
  let [first, last, reached] = [head, tail, offset];
  return {
    advance(bytes) {
      if (first.length < MARK_BYTES) {
        first = Buffer.concat([first, bytes.subarray(0, MARK_BYTES - first.length)]);
      }
      last = Buffer.concat([last, bytes.subarray(-MARK_BYTES)]).subarray(-MARK_BYTES);
      reached += bytes.length;
    },
    offset: () => reached,
    place: () => ({
      dev: file.dev,
      ino: file.ino,
      offset: reached,
      mtimeMs: file.mtimeMs,
      head: first.toString('latin1'),
      tail: last.toString('latin1'),
    }),
  };
}

function readAt(file: LogFile, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  return bytes.subarray(0, readBlock(file, bytes, from));
}
