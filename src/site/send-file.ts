import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';

/** What is sent: whole, or in pieces as they are made. */
export type FileBody = string | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** A file. */
export interface SentFile {
  /** To be saved under this name: letters, digits, `.` and `-` only. Absent: it is no download. */
  readonly name?: string;
  /** Media type, e.g. `text/csv`. */
  readonly type: string;
  readonly body: FileBody;
}

/**
 * Sends a file as fast as the client takes it, with no more than a piece in memory. What fails before the first piece is the
 * caller's to answer; what fails later is logged and cuts the connection, as the end of chunked coding is the only sign that
 * a file is whole (RFC 9112 §7.1). A client that leaves is no failure, and stops what makes the pieces. There are no ranges
 * and no ETag: each time the file is made anew.
 * @throws any error from before the first piece; nothing was sent then
 */
export async function sendFile(
  { method }: Request,
  response: Response,
  { name, type, body }: SentFile,
  log: Log,
): Promise<void> {
  const setHeaders = (): void => {
    if (name !== undefined) response.attachment(name);
    response.type(type).set('Accept-Ranges', 'none');
  };
  if (typeof body === 'string') {
    setHeaders();
    response.send(body);
    return;
  }
  if (method === 'HEAD') {
    setHeaders();
    response.end();
    return;
  }
  const pieces = piecesOf(body);
  const first = await pieces.next();
  setHeaders();
  try {
    await pipeline(Readable.from(startingWith(first, pieces)), response);
  } catch (error) {
    if (!hasLeft(error)) log.error(`a file that was being sent is cut off: ${messageOf(error)}`);
    response.destroy();
  } finally {
    await pieces.return();
  }
}

type Piece = string | Uint8Array;

async function* piecesOf(
  body: Iterable<Piece> | AsyncIterable<Piece>,
): AsyncGenerator<Piece, void, undefined> {
  yield* body;
}

async function* startingWith(
  first: IteratorResult<Piece, void>,
  rest: AsyncGenerator<Piece, void, undefined>,
): AsyncGenerator<Piece, void, undefined> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

/** Closed while pieces were written, or before the first one. */
const CLIENT_LEFT: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'];

function hasLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CLIENT_LEFT.includes(error.code);
}
