import type { LogGap } from '../core/ports.ts';
import { endOf, type OpenPlace } from './file-place.ts';
import type { LogFile } from './log-files.ts';
import type { FilePlace } from './log-position.ts';

/** Whole lines of one file, or what is missing of it. */
export interface FileChunk {
  /** Lines, each ended by `\n`; valid until the next chunk is asked for. */
  readonly bytes: Uint8Array;
  readonly gap?: LogGap;
}

/** What a log file consists of. */
export interface Framing {
  /** Size of a read that holds the longest part. */
  readonly blockBytes: number;
  /** Reads a file on from its place; the place's marks are then behind what was given out. */
  readFile(
    open: OpenPlace,
    block: Buffer,
    isFinal: boolean,
  ): AsyncGenerator<FileChunk, void, undefined>;
  /** The end of the last whole part of a plain file. */
  endOf(file: LogFile): FilePlace;
}

/** Lines of text. A longer line than 64 KiB is passed over; a larger block is not faster. */
export const lineFraming: Framing = { blockBytes: 65_536, readFile: readFileLines, endOf };

const NEWLINE = 0x0a;

/**
 * Reads a file's lines from its place on to its end; the place's marks are then behind the lines given out.
 * A line without its newline at the end is left for later.
 * @param block the buffer to read into; a line that does not fit is passed over with a gap
 * @param isFinal nothing will be added any more: a last line without its newline is given out with one
 */
async function* readFileLines(
  { file, reader, marks }: OpenPlace,
  block: Buffer,
  isFinal: boolean,
): AsyncGenerator<FileChunk, void, undefined> {
  let kept = 0;
  for (;;) {
    const count = await reader.read(block.subarray(kept));
    if (count === 0) break;
    const end = kept + count;
    const lines = block.lastIndexOf(NEWLINE, end - 1) + 1;
    if (lines > 0) {
      marks.advance(block.subarray(0, lines));
      yield { bytes: block.subarray(0, lines) };
      block.copyWithin(0, lines, end);
      kept = end - lines;
    } else if (end < block.length) {
      kept = end;
    } else {
      marks.advance(block);
      kept = 0;
      const reason = `${file.path} has a line longer than ${block.length} bytes`;
      yield { bytes: block.subarray(0, 0), gap: { reason, bytes: block.length } };
    }
  }
  if (isFinal && kept > 0) {
    marks.advance(block.subarray(0, kept));
    block[kept] = NEWLINE;
    yield { bytes: block.subarray(0, kept + 1) };
  }
}
