import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy, { type Busboy } from 'busboy';
import { messageOf } from '../../core/errors.ts';
import { UPLOAD_FIELDS } from '../../protocol/upload.ts';
import { Refusal } from './refusal.ts';

/** The form's text fields by name. */
export type FormFields = Readonly<Record<string, string | undefined>>;

/** What is done with the file; it must read `file` to its end or destroy it. */
export type TakeFile<T> = (fields: FormFields, file: Readable) => Promise<T>;

const MAX_FIELDS = 20;
const MAX_FIELD_BYTES = 1_000;

/**
 * Reads a multipart form while it arrives. The file comes last, so that `takeFile` can refuse it by the fields
 * before a byte of it is stored.
 * @param maxFileBytes of a longer file only one byte more than this is delivered
 * @throws Refusal 415 for another type of body, 400 for a damaged form, and what `takeFile` throws; the rest of the
 *   request is read and dropped then, so that the device gets the answer instead of a reset
 */
export async function readForm<T>(
  request: IncomingMessage,
  maxFileBytes: number,
  takeFile: TakeFile<T>,
): Promise<T> {
  const parser = createParser(request, maxFileBytes);
  try {
    return await parse(request, parser, takeFile);
  } finally {
    request.unpipe(parser);
    parser.destroy();
    request.resume();
  }
}

function createParser(request: IncomingMessage, maxFileBytes: number): Busboy {
  if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'the body is not multipart/form-data');
  }
  const limits = { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, fileSize: maxFileBytes + 1 };
  try {
    return busboy({ headers: request.headers, limits: { ...limits, files: 1 } });
  } catch (cause) {
    throw new Refusal(400, `the form: ${messageOf(cause)}`, cause);
  }
}

function parse<T>(request: IncomingMessage, parser: Busboy, takeFile: TakeFile<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    let taken: Promise<T> | null = null;
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (name, file) => {
      if (name !== UPLOAD_FIELDS.file) {
        reject(new Refusal(400, `the form has no file ${UPLOAD_FIELDS.file}`));
        file.on('error', reject).resume();
        return;
      }
      taken = takeFile(Object.fromEntries(fields), file);
      taken.catch(reject);
    });
    parser.on('close', () => {
      if (taken === null) reject(new Refusal(400, `the form has no file ${UPLOAD_FIELDS.file}`));
      else taken.then(resolve, reject);
    });
    parser.on('error', (cause) => reject(new Refusal(400, `the form: ${messageOf(cause)}`, cause)));
    request.on('close', () => {
      if (!request.complete) reject(new Refusal(400, 'the connection ended before the form'));
    });
    request.pipe(parser);
  });
}
