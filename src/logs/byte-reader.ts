/** The content of a log file as bytes, whether it is compressed or not. */
import { readSync } from 'node:fs';
import { FormatError, HostError, messageOf } from '../core/errors.ts';
import type { StreamCommand } from '../system/stream-command.ts';
import type { Compression, LogFile } from './log-files.ts';

/** Reads forward. */
export interface ByteReader {
  /**
   * Fills `into` from its begin, as far as there are bytes at hand. Returns how many; 0 at the end.
   * @throws FormatError when a compressed file is damaged or cannot be decompressed on this host
   */
  read(into: Uint8Array): number | Promise<number>;
  /** Must be called when the end was not reached. */
  close(): Promise<void>;
}

/** The file's content from its begin (compressed), or from `offset` (plain). */
export function openReader(file: LogFile, offset: number, command: StreamCommand): ByteReader {
  if (file.compression === null) return plainReader(file, offset);
  return streamReader(file, decompress(file, file.compression, command));
}

function plainReader(file: LogFile, offset: number): ByteReader {
  let at = offset;
  return {
    read(into) {
      const count = readBlock(file, into, at);
      at += count;
      return count;
    },
    close: () => Promise.resolve(),
  };
}

/** Reads bytes of the file as it is stored, from `offset` on. Returns how many. @throws HostError */
export function readBlock(file: LogFile, into: Uint8Array, offset: number): number {
  try {
    return readSync(file.fd, into, 0, into.length, offset);
  } catch (cause) {
    throw new HostError(`reading ${file.path}: ${messageOf(cause)}`, { cause });
  }
}

type Blocks = AsyncGenerator<Uint8Array, void, undefined>;

function decompress(file: LogFile, compression: Compression, command: StreamCommand): Blocks {
  const input = readWhole(file);
  if (compression === 'gz' || compression === 'zst') return inflate(compression, input);
  return command([compression === 'bz2' ? 'bzcat' : 'xzcat'], input);
}

function readWhole(file: LogFile): Buffer {
  const bytes = Buffer.alloc(file.size);
  return bytes.subarray(0, readBlock(file, bytes, 0));
}

async function* inflate(compression: 'gz' | 'zst', input: Uint8Array): Blocks {
  // Loaded here: a log that is read often enough never needs it.
  const { createGunzip, createZstdDecompress } = await import('node:zlib');
  const stream = compression === 'gz' ? createGunzip() : createZstdDecompress();
  stream.end(input);
  for await (const block of stream as AsyncIterable<Uint8Array>) yield block;
}

function streamReader(file: LogFile, blocks: Blocks): ByteReader {
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(into) {
      if (rest.length === 0) rest = await nextBlock(file, blocks);
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    async close() {
      await blocks.return();
    },
  };
}

async function nextBlock(file: LogFile, blocks: Blocks): Promise<Uint8Array> {
  try {
    for (;;) {
      const { value, done } = await blocks.next();
      if (done === true) return new Uint8Array(0);
      if (value.length > 0) return value;
    }
  } catch (cause) {
    throw new FormatError(`decompressing ${file.path}: ${messageOf(cause)}`, { cause });
  }
}
