import { text } from 'node:stream/consumers';
import busboy from 'busboy';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { FormatError, messageOf } from '../../core/errors.ts';

/** The values of a form by field; a file counts as its text. */
export type Form = Readonly<Record<string, readonly string[]>>;

/** Media types of forms. */
export const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** Largest form; lists are pasted and uploaded. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_FIELDS = 1_000;
/** @param limit largest form, bytes */
function urlencoded(limit: number): RequestHandler {
  return express.urlencoded({ limit, extended: false, parameterLimit: MAX_FIELDS });
}
const large = urlencoded(MAX_BYTES);
const small = urlencoded(16 * 1024);

/**
 * Reads the form of a POST.
 * @param known whether it is somebody's who is logged in; else the form must be small and simple
 * @throws any error for a form that is too large or damaged
 */
export async function readForm(
  request: Request,
  response: Response,
  known: boolean,
): Promise<Form> {
  if (request.method !== 'POST') return {};
  const isMultipart = Boolean(request.is('multipart/form-data'));
  if (isMultipart && known) return readParts(request);
  const plain = known ? large : small;
  await new Promise<void>((resolve, reject) => {
    plain(request, response, (error?: unknown) =>
      error === undefined
        ? resolve()
        : reject(error instanceof Error ? error : new FormatError(messageOf(error))),
    );
  });
  const body = (request.body ?? {}) as Record<string, string | string[]>;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, [value].flat()]));
}

async function readParts(request: Request): Promise<Form> {
  const limits = { fields: MAX_FIELDS, fieldSize: MAX_BYTES, files: 1, fileSize: MAX_BYTES };
  const found = new Map<string, string[]>();
  const reading: Promise<void>[] = [];
  const add = (name: string, value: string): void => {
    found.set(name, [...(found.get(name) ?? []), value]);
  };
  const size = { cut: false };
  await new Promise<void>((resolve, reject) => {
    const parser = busboy({ headers: request.headers, limits });
    parser.on('field', (name, value, { valueTruncated }) => {
      size.cut ||= valueTruncated;
      add(name, value);
    });
    parser.on('file', (name, file) => {
      file.on('limit', () => (size.cut = true));
      reading.push(text(file).then((content) => add(name, content)));
    });
    parser.on('close', resolve);
    parser.on('error', (cause) =>
      reject(new FormatError(`reading the form: ${messageOf(cause)}`, { cause })),
    );
    request.on('error', reject);
    request.pipe(parser);
  });
  await Promise.all(reading);
  if (size.cut)
    throw new FormatError('the form is too large', { remedy: 'Use ts-portal list set.' });
  return Object.fromEntries(found);
}
