import { isGzip } from './gzip.ts';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FormatError, HostError, messageOf } from '../../core/errors.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import { parseTable } from '../../core/prefix-text.ts';

const inflate = promisify(gunzip);
/** A plain feed of 10 million addresses is about 150 MB. */
const MAX_FEED_BYTES = 256 * 1024 * 1024;

/**
 * Reads a plain feed: one address or prefix a line, comment lines with `#`, gzip or not.
 * @throws FormatError naming the feed and the first line that is neither; HostError when the file cannot be read
 */
export async function readFeed(path: string): Promise<PrefixTable> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new HostError(`reading the feed ${path}: ${messageOf(cause)}`, { cause });
  }
  return parseFeed(bytes, path);
}

/**
 * {@link readFeed} for bytes.
 * @param name for messages
 */
async function parseFeed(bytes: Uint8Array, name: string): Promise<PrefixTable> {
  try {
    return parseTable(
      isGzip(bytes) ? await inflate(bytes, { maxOutputLength: MAX_FEED_BYTES }) : bytes,
    );
  } catch (cause) {
    throw new FormatError(`the feed ${name}: ${messageOf(cause)}`, {
      remedy: 'A feed has one address or prefix a line; comments begin with "#".',
      cause,
    });
  }
}
