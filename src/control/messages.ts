/**
 * What `tsadmin` and the service say to each other on the control socket: one JSON object a line (UTF-8, ended by `\n`).
 *
 *     service  {"protocol":1,"product":"ts-pfsense","release":"3.00-01","platform":"pfsense"}
 *     tsadmin  {"verb":"update","actor":"cli:ann","args":[{"accept":true}]}
 *     service  {"progress":{"task":"update","step":"fetching sub-lists","done":3,"total":12,"started":1790000000000}}
 *     service  {"done":{…}}   or   {"failed":{"kind":"PolicyError","message":"…","remedy":"…"}}
 *
 * The service speaks first, so that one that hangs is known before anything is ordered. One order at a time; a line of
 * progress, at least every two seconds, says that it lives. The socket is its owner's and root's: whoever can open it may
 * order everything. It is not the socket of the page, so that nothing a browser sends can get here.
 */
import { FormatError } from '../core/errors.ts';
import type { ErrorData } from '../core/error-data.ts';
import type { Actor, Progress } from '../core/ports.ts';

/** Raised when old and new programs cannot understand each other. */
export const CONTROL_PROTOCOL = 1;

/** Longest order, bytes. */
export const MOST_ORDER_BYTES = 256 * 1024;

/** Longest answer, bytes: all changes of a policy of a million entries. */
export const MOST_ANSWER_BYTES = 256 * 1024 * 1024;

/** The first line of the service. */
export interface Greeting {
  readonly protocol: number;
  readonly product: string;
  readonly release: string;
  readonly platform: string;
}

/** What is to be done. */
export interface ControlOrder {
  readonly verb: string;
  readonly actor: Actor;
  readonly args: readonly unknown[];
}

/** What the service says of an order; the last line of it is `done` or `failed`. */
export type ControlAnswer =
  | { readonly progress: Progress | null }
  | { readonly done: unknown }
  | { readonly failed: ErrorData };

/** A message as a line. Bytes and Infinity, which JSON does not have, become objects of one key. */
export function encodeLine(message: unknown): string {
  return `${JSON.stringify(message, toJson)}\n`;
}

/** The message of a line. @throws FormatError when it is no JSON object */
export function decodeLine(line: string): object {
  try {
    const message: unknown = JSON.parse(line, fromJson);
    if (typeof message === 'object' && message !== null) return message;
  } catch (cause) {
    throw new FormatError('a line on the control socket is not JSON', { cause });
  }
  throw new FormatError('a line on the control socket is no JSON object');
}

const BYTES = '$bytes';
const NUMBER = '$number';

function toJson(_key: string, value: unknown): unknown {
  if (value === Infinity) return { [NUMBER]: 'Infinity' };
  return value instanceof Uint8Array ? { [BYTES]: Buffer.from(value).toString('base64') } : value;
}

function fromJson(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[name, content] = [], ...more] = Object.entries(value) as [string, unknown][];
  if (more.length > 0 || typeof content !== 'string') return value;
  if (name === NUMBER) return Infinity;
  return name === BYTES ? new Uint8Array(Buffer.from(content, 'base64')) : value;
}
