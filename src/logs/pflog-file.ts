/** Reading one file of pflog: whole packets as lines of text; places are those of the file's own bytes. */
import {
  findRecord,
  MOST_PACKET,
  PCAP_HEADER,
  readPcapHeader,
  readRecords,
  RECORD_HEADER,
  skipRecords,
  type PcapFormat,
} from '../core/pflog.ts';
import type { FileChunk, Framing } from './file-lines.ts';
import { readBlock } from './byte-reader.ts';
import { endAt, type OpenPlace } from './file-place.ts';
import type { LogFile } from './log-files.ts';
import type { FilePlace } from './log-position.ts';

/** A block holds the longest packet. */
const PFLOG_BLOCK = MOST_PACKET + RECORD_HEADER + PCAP_HEADER;

const NO_BYTES = new Uint8Array(0);

/** A log of packets. */
export const pflogFraming: Framing = {
  blockBytes: PFLOG_BLOCK,
  readFile: readPflogPackets,
  endOf: endOfPackets,
};

/**
 * Reads a file's packets from its place on to its end. The header of the file is never a place of its own: it is the same in
 * every file, so it goes with the first packet. A packet that is not all there is left for later.
 * @param block the buffer to read into, which holds the longest packet
 * @param isFinal nothing will be added any more: what is left at the end is a gap
 */
async function* readPflogPackets(
  { file, reader, marks }: OpenPlace,
  block: Buffer,
  isFinal: boolean,
): AsyncGenerator<FileChunk, void, undefined> {
  let format = readPcapHeader(Buffer.from(marks.place().head, 'latin1'));
  let kept = 0;
  for (;;) {
    const count = await reader.read(block.subarray(kept));
    if (count === 0) break;
    const bytes = block.subarray(0, kept + count);
    format ??= readPcapHeader(bytes);
    let used = 0;
    for (const { chunk, upTo } of pieces(file, bytes, marks.offset() === 0, format)) {
      marks.advance(bytes.subarray(used, upTo));
      used = upTo;
      yield chunk;
    }
    block.copyWithin(0, used, bytes.length);
    kept = bytes.length - used;
  }
  const header = marks.offset() === 0 ? PCAP_HEADER : 0;
  if (isFinal && kept > header) {
    marks.advance(block.subarray(0, kept));
    yield gapOf(`${file.path} ends within a packet`, kept - header);
  }
}

/** What is in a block: packets, and what lies between them and is none. Each piece is behind the one before. */
function* pieces(
  file: LogFile,
  bytes: Uint8Array,
  isBegin: boolean,
  format: PcapFormat | null,
): Generator<{ readonly chunk: FileChunk; readonly upTo: number }> {
  if (format === null) {
    if (bytes.length < PCAP_HEADER) return;
    const reason = `${file.path} is no log of pf (pcap of link type 117)`;
    yield { chunk: gapOf(reason, bytes.length), upTo: bytes.length };
    return;
  }
  let at = isBegin ? PCAP_HEADER : 0;
  while (at < bytes.length) {
    const { lines, used, damaged } = readRecords(bytes, at, format);
    if (used > at) yield { chunk: { bytes: Buffer.from(lines, 'latin1') }, upTo: used };
    if (!damaged) return;
    at = findRecord(bytes, used + 1, format);
    yield { chunk: gapOf(`${file.path} is damaged`, at - used), upTo: at };
  }
}

/** The end of the file's last whole packet; the begin of a file that has none. The file is plain. */
function endOfPackets(file: LogFile): FilePlace {
  const block = Buffer.allocUnsafe(PFLOG_BLOCK);
  const format = readPcapHeader(
    block.subarray(0, readBlock(file, block.subarray(0, PCAP_HEADER), 0)),
  );
  if (format === null) return endAt(file, file.size);
  let offset = PCAP_HEADER;
  for (;;) {
    const count = readBlock(file, block, offset);
    const bytes = block.subarray(0, count);
    let used = skipRecords(bytes, 0, format);
    // Behind damage the first packet that can be found goes on.
    if (used === 0 && count === block.length) used = findRecord(bytes, 1, format);
    if (used === 0) return endAt(file, offset === PCAP_HEADER ? 0 : offset);
    offset += used;
  }
}

function gapOf(reason: string, bytes: number): FileChunk {
  return { bytes: NO_BYTES, gap: { reason, bytes } };
}
