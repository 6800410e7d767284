/**
 * The upload of hits: one sealed batch as `multipart/form-data`, signed, answered with an echo.
 * Used by agent and portal alike. The answers are described in `docs/protocol.md`.
 */
import { countIn, parseJsonObject } from '../core/json-text.ts';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { FormatError, printable } from '../core/errors.ts';

/** Names of the form's fields. `file` is the gzip of the lines; it comes last. */
export const UPLOAD_FIELDS = {
  deviceId: 'device_id',
  batchId: 'batch_id',
  sha256: 'sha256',
  kind: 'kind',
  lines: 'lines',
  first: 'first',
  last: 'last',
  file: 'upload_file',
} as const;

/** Signatures older or newer than this are refused (seconds). */
export const MAX_CLOCK_SKEW_SECONDS = 300;

/** `hits`: log lines as read. `gap`: one {@link GapLine} for each gap. */
export type UploadKind = 'hits' | 'gap';

/** The form without its file. */
export interface UploadFields {
  readonly deviceId: string;
  /** UUIDv7, lower case. */
  readonly batchId: string;
  /** SHA-256 of the file (the gzip bytes), hex, lower case. */
  readonly sha256: string;
  readonly kind: UploadKind;
  readonly lines: number;
  /** Times of the first and the last line, milliseconds since 1970. RFC 3339 on the wire. */
  readonly first: number;
  readonly last: number;
}

/** What an upload is signed over. */
export interface UploadSignatureInput {
  /** Upper case, e.g. `POST`. */
  readonly method: string;
  /** Path and query of the URL, as in the request line. */
  readonly path: string;
  /** Seconds since 1970. */
  readonly ts: number;
  readonly batchId: string;
  readonly sha256: string;
}

/** The header `Authorization` of an upload, taken apart. */
export interface UploadAuthorization {
  readonly deviceId: string;
  /** Seconds since 1970. */
  readonly ts: number;
  /** HMAC-SHA-256, hex, lower case. */
  readonly signature: string;
}

/** The body of a good answer, JSON with the names `batch_id`, `sha256`, `message`. */
export interface UploadReply {
  readonly batchId: string;
  readonly sha256: string;
  /** For people, e.g. `Log file uploaded successfully for tdid_abcd1234`. */
  readonly message: string;
}

/** One line of a batch of kind `gap`: log lines that were lost before they could be sent. */
export interface GapLine {
  /** When the last line before and the first line behind the gap were read, milliseconds. */
  readonly from: number;
  readonly to: number;
  /** What is lost; null when nobody can know. */
  readonly bytes: number | null;
  readonly lines: number | null;
  readonly reason: string;
}

/** The key of a device as bytes; the portal shows it in base64. */
export function decodeKey(autoKey: string): Uint8Array {
  return Buffer.from(autoKey, 'base64');
}

/** HMAC-SHA-256 over `method \n path \n ts \n batch_id \n sha256`, hex. */
export function signUpload(input: UploadSignatureInput, key: Uint8Array): string {
  const text = [input.method, input.path, input.ts, input.batchId, input.sha256].join('\n');
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Whether the signature was made with this key. The caller checks the age of `ts`. Takes the same time for any wrong one. */
export function verifyUpload(
  input: UploadSignatureInput,
  signature: string,
  key: Uint8Array,
): boolean {
  const wanted = Buffer.from(signUpload(input, key));
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The value of the header `Authorization`. */
export function formatAuthorization(authorization: UploadAuthorization): string {
  const { deviceId, ts, signature } = authorization;
  return `TS-HMAC-SHA256 device=${deviceId}, ts=${ts}, sig=${signature}`;
}

const AUTHORIZATION =
  /^TS-HMAC-SHA256 device=([A-Za-z0-9_.-]{1,63}), ?ts=(\d{1,12}), ?sig=([0-9a-f]{64})$/;

/** The header taken apart; null when there is none or it is of another scheme or form. */
export function parseAuthorization(header: string | undefined): UploadAuthorization | null {
  const [, deviceId, ts, signature] = AUTHORIZATION.exec(header ?? '') ?? [];
  if (deviceId === undefined || ts === undefined || signature === undefined) return null;
  return { deviceId, ts: Number(ts), signature };
}

/** The fields as text, by their names on the wire, in the order they are sent. */
export function encodeFields(fields: UploadFields): Readonly<Record<string, string>> {
  return {
    [UPLOAD_FIELDS.deviceId]: fields.deviceId,
    [UPLOAD_FIELDS.batchId]: fields.batchId,
    [UPLOAD_FIELDS.sha256]: fields.sha256,
    [UPLOAD_FIELDS.kind]: fields.kind,
    [UPLOAD_FIELDS.lines]: String(fields.lines),
    [UPLOAD_FIELDS.first]: new Date(fields.first).toISOString(),
    [UPLOAD_FIELDS.last]: new Date(fields.last).toISOString(),
  };
}

const DEVICE_ID = /^[A-Za-z0-9_.-]{1,63}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const KIND = /^(?:hits|gap)$/;
const COUNT = /^\d{1,9}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The fields from their text. A form without `kind` holds hits.
 * @throws FormatError naming the field that is missing or wrong
 */
export function decodeFields(form: Readonly<Record<string, string | undefined>>): UploadFields {
  const field = (name: string, pattern: RegExp): string => {
    const value = form[name] ?? '';
    if (pattern.test(value)) return value;
    throw new FormatError(`upload: field ${name}: ${shown(value)}`);
  };
  return {
    deviceId: field(UPLOAD_FIELDS.deviceId, DEVICE_ID),
    batchId: field(UPLOAD_FIELDS.batchId, UUID),
    sha256: field(UPLOAD_FIELDS.sha256, SHA256),
    kind: form[UPLOAD_FIELDS.kind] === undefined ? 'hits' : kindOf(field(UPLOAD_FIELDS.kind, KIND)),
    lines: Number(field(UPLOAD_FIELDS.lines, COUNT)),
    first: timeOf(UPLOAD_FIELDS.first, field(UPLOAD_FIELDS.first, TIME)),
    last: timeOf(UPLOAD_FIELDS.last, field(UPLOAD_FIELDS.last, TIME)),
  };
}

function kindOf(text: string): UploadKind {
  return text === 'gap' ? 'gap' : 'hits';
}

function timeOf(name: string, text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new FormatError(`upload: field ${name}: ${shown(text)}`);
  return time;
}

function shown(value: string): string {
  return value === '' ? 'missing' : `${JSON.stringify(printable(value.slice(0, 80)))} is not valid`;
}

/** The body of a good answer. */
export function encodeReply(reply: UploadReply): string {
  const { batchId, sha256, message } = reply;
  return `${JSON.stringify({ batch_id: batchId, sha256, message })}\n`;
}

/** The reply in an answer's body; null when it is none (HTML, cut off, other members). */
export function decodeReply(body: string): UploadReply | null {
  const value = parseJsonObject(body);
  if (value === null) return null;
  const { batch_id: batchId, sha256, message } = value;
  if (typeof batchId !== 'string' || typeof sha256 !== 'string') return null;
  return { batchId, sha256, message: typeof message === 'string' ? message : '' };
}

/** A gap as a line of JSON with its newline; times in RFC 3339. */
export function encodeGap(gap: GapLine): string {
  const from = new Date(gap.from).toISOString();
  const to = new Date(gap.to).toISOString();
  return `${JSON.stringify({ from, to, bytes: gap.bytes, lines: gap.lines, reason: gap.reason })}\n`;
}

/** The gap in a line of a `gap` batch; null when it is none. */
export function decodeGap(line: string): GapLine | null {
  const value = parseJsonObject(line);
  if (value === null) return null;
  const { from, to, bytes, lines, reason } = value;
  const times = [from, to].map((text) => (typeof text === 'string' ? Date.parse(text) : NaN));
  const [fromTime = NaN, toTime = NaN] = times;
  if (Number.isNaN(fromTime + toTime) || typeof reason !== 'string') return null;
  return { from: fromTime, to: toTime, bytes: countIn(bytes), lines: countIn(lines), reason };
}
