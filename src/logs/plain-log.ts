/**
 * A log in plain files with rotation: `filter.log`, and `filter.log.0` (newest) `.1 … .N`, plain or compressed.
 *
 * A place in it is known by content (`file-place.ts`), so it is found again after any number of rotations,
 * after compression and in the copy that copytruncate makes. Everything newer is read, oldest first.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FormatError, messageOf } from '../core/errors.ts';
import type { LogChunk, LogGap, LogPosition, LogSource } from '../core/ports.ts';
import { streamCommand, type StreamCommand } from '../system/stream-command.ts';
import { lineFraming, type Framing } from './file-lines.ts';
import { locate, openAtBegin, type OpenPlace } from './file-place.ts';
import { closeLogFiles, openLogFiles, type LogFile } from './log-files.ts';
import {
  decodePosition,
  encodePosition,
  type FilePlace,
  type PlainPosition,
} from './log-position.ts';

/** How a log is read. */
export interface PlainLogOptions {
  /** Where the first read begins: at the end (what was logged before is not ours), or with the oldest file. */
  readonly startAt?: 'end' | 'beginning';
  /** Runs `bzcat` and `xzcat`. */
  readonly command?: StreamCommand;
  /** Size of a read, also the longest line. Default: that of the framing. */
  readonly blockBytes?: number;
  /** What the files consist of. Default: lines of text. */
  readonly framing?: Framing;
}

/** A writer may hold a renamed file open for a while; after so long it has gone on to the new one. */
const WRITER_MOVES_MS = 30_000;
/** Blocks read before others get their turn. */
const BLOCKS_PER_TURN = 64;
const NO_BYTES = new Uint8Array(0);

/**
 * The log at `path`. A position that cannot be found (the file was removed, or emptied in place) gives a gap;
 * files last written before that position's file are then known to be read.
 */
export function createPlainLog(path: string, options: PlainLogOptions = {}): LogSource {
  return {
    name: path,
    async *read(from) {
      const files = openLogFiles(path);
      try {
        const position = from === null ? null : decodePosition(from);
        if (position === null) yield startOf(files, from, options);
        else yield* new Reading(files, position, options).run();
      } finally {
        closeLogFiles(files);
      }
    },
  };
}

function startOf(
  files: readonly LogFile[],
  from: LogPosition | null,
  { startAt = 'end', framing = lineFraming }: PlainLogOptions,
): LogChunk {
  const current = startAt === 'beginning' && from === null ? nowhere(0) : newestEnd(files, framing);
  const next = encodePosition({ current, previous: null });
  if (from === null) return { bytes: NO_BYTES, next };
  return { bytes: NO_BYTES, next, gap: { reason: 'the log changed its format', bytes: null } };
}

function newestEnd(files: readonly LogFile[], framing: Framing): FilePlace {
  const [newest] = files;
  const end = newest?.index === -1 ? framing.endOf(newest) : null;
  return end !== null && end.offset > 0 ? end : nowhere(newest?.mtimeMs ?? 0);
}

/** The latest moment the file can have been written. bzip2 and others cut the time to whole seconds. */
function lastWrite({ compression, mtimeMs }: LogFile): number {
  return compression === null ? mtimeMs : Math.floor(mtimeMs / 1000) * 1000 + 999;
}

/** Behind the files last written up to `mtimeMs`, at the begin of the next: no content says where that is. */
function nowhere(mtimeMs: number): FilePlace {
  return { dev: 0, ino: 0, offset: 0, mtimeMs, head: '', tail: '' };
}

/** One pass over the files. */
class Reading {
  readonly #files: readonly LogFile[];
  readonly #command: StreamCommand;
  readonly #block: Buffer;
  readonly #framing: Framing;
  #current: FilePlace;
  #previous: FilePlace | null;
  #blocks = 0;

  constructor(files: readonly LogFile[], position: PlainPosition, options: PlainLogOptions) {
    this.#files = files;
    this.#command = options.command ?? streamCommand;
    this.#framing = options.framing ?? lineFraming;
    this.#block = Buffer.allocUnsafeSlow(options.blockBytes ?? this.#framing.blockBytes);
    this.#current = position.current;
    this.#previous = position.previous;
  }

  async *run(): AsyncGenerator<LogChunk, void, undefined> {
    const found = await locate(this.#files, this.#current, this.#command);
    if (found === null) {
      yield* this.#readUnknown();
    } else {
      const newer = this.#files.filter((file) => file.index < found.file.index);
      if (this.#previous !== null) yield* this.#readLate(this.#previous, found.file);
      yield* this.#readFile(found);
      yield* this.#readNewer(newer, found.file.index);
    }
  }

  /** The place is gone: all files written since are unread. */
  async *#readUnknown(): AsyncGenerator<LogChunk, void, undefined> {
    const lost = this.#current;
    const unread = this.#files.filter(
      (file) => file.index === -1 || lastWrite(file) > lost.mtimeMs,
    );
    this.#previous = null;
    this.#current = nowhere(lost.mtimeMs);
    if (lost.offset > 0) {
      const reason =
        'the place read last is no longer in the log: it was emptied, removed or rotated away';
      yield this.#chunk(NO_BYTES, { reason, bytes: null });
    }
    yield* this.#readNewer(unread, null);
  }

  async *#readNewer(
    newer: readonly LogFile[],
    before: number | null,
  ): AsyncGenerator<LogChunk, void, undefined> {
    let index = before;
    for (const file of newer.toReversed()) {
      if (index !== null && file.index >= 0 && index - file.index > 1) {
        const reason = `rotated files are missing between .${index} and .${file.index}`;
        yield this.#chunk(NO_BYTES, { reason, bytes: null });
      }
      index = file.index;
      yield* this.#readFile(openAtBegin(file, this.#command));
    }
  }

  /** Lines that its writer added to the file before the current one after we had left it. */
  async *#readLate(place: FilePlace, current: LogFile): AsyncGenerator<LogChunk, void, undefined> {
    const older = this.#files.filter((file) => file.index > current.index);
    const found = await locate(older, place, this.#command);
    const isFinal = found === null || this.#isSettled(found.file);
    if (found !== null) {
      for await (const { bytes, gap } of this.#linesOf(found, isFinal)) {
        this.#previous = found.marks.place();
        yield this.#chunk(bytes, gap);
      }
    }
    if (isFinal) {
      this.#previous = null;
      yield this.#chunk(NO_BYTES);
    }
  }

  /** Reads on in a file and makes it the current one with its first line. */
  async *#readFile(open: OpenPlace): AsyncGenerator<LogChunk, void, undefined> {
    const [newest] = this.#files;
    const isFinal = open.file !== newest && this.#isSettled(open.file);
    const before = this.#current;
    let isCurrent = open.marks.offset() > 0 || before.offset === 0;
    for await (const { bytes, gap } of this.#linesOf(open, isFinal)) {
      if (!isCurrent) this.#previous = this.#mayGrow(before) ? before : null;
      isCurrent = true;
      this.#current = open.marks.place();
      yield this.#chunk(bytes, gap);
    }
  }

  async *#linesOf(open: OpenPlace, isFinal: boolean) {
    try {
      for await (const chunk of this.#framing.readFile(open, this.#block, isFinal)) {
        yield chunk;
        this.#blocks += 1;
        if (this.#blocks % BLOCKS_PER_TURN === 0) await nextTurn();
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      yield { bytes: NO_BYTES, gap: { reason: messageOf(error), bytes: null } };
    } finally {
      await open.reader.close();
    }
  }

  /** Whether the file before the newest can still get lines. */
  #mayGrow(place: FilePlace): boolean {
    const file = this.#files.find((one) => one.ino === place.ino && one.dev === place.dev);
    return file !== undefined && !this.#isSettled(file);
  }

  /** Compressed, followed by two newer files, or left alone while the newest was written. */
  #isSettled(file: LogFile): boolean {
    const [newest, second] = this.#files;
    if (newest === undefined || file === newest) return false;
    if (file.compression !== null || file !== second) return true;
    return newest.mtimeMs - file.mtimeMs > WRITER_MOVES_MS;
  }

  #chunk(bytes: Uint8Array, gap?: LogGap): LogChunk {
    const next = encodePosition({ current: this.#current, previous: this.#previous });
    return gap === undefined ? { bytes, next } : { bytes, next, gap };
  }
}
