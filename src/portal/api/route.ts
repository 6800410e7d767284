import type { Scope } from '../model/api-keys.ts';
import type { AdminOptions } from '../admin/app.ts';
import type { Change } from '../model/change.ts';
import type { Schema } from './schema.ts';

/** A request of a program that may do this. */
export interface ApiRequest extends AdminOptions {
  readonly change: Change;
  /** Name of the key it came with. */
  readonly keyName: string;
  /** A part of the path. */
  readonly param: (name: string) => string;
  /** One value of the query; null when absent. */
  readonly query: (name: string) => string | null;
  /** Fits the schema of the route. */
  readonly body: unknown;
}

/** Lines of CSV. */
export type CsvLines = Iterable<string> | AsyncIterable<string>;

/** One address of the API: what the OpenAPI file says, and what is done. */
export interface ApiRoute {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/v1`, with `{name}` for parts. */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  /** Names of the values of the query, with what they are. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Schema;
  /** HTTP status when it is done. */
  readonly status: 200 | 201 | 204;
  /** Schema of the answer; none for 204. */
  readonly answer?: Schema;
  readonly run: (request: ApiRequest) => unknown;
  /** The same as CSV, line by line, for `?format=csv`. What is wrong with the request is thrown at once. */
  readonly csv?: (request: ApiRequest) => CsvLines | Promise<CsvLines>;
}
