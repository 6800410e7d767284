import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';

/**
 * Sends a body piece by piece, as fast as the client takes it. What fails behind the first piece is logged and ends the
 * connection, so that the client sees that the file is cut off; a client that leaves is no failure.
 * @throws any error from before the first piece
 */
export async function sendBody(
  response: Response,
  body: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  log: Log,
): Promise<void> {
  try {
    await pipeline(Readable.from(body), response);
  } catch (error) {
    if (!response.headersSent) throw error;
    const left = error instanceof Error && 'code' in error && error.code === CLIENT_LEFT;
    if (!left) log.error(`a file that was being sent is cut off: ${messageOf(error)}`);
    response.destroy();
  }
}

const CLIENT_LEFT = 'ERR_STREAM_PREMATURE_CLOSE';
