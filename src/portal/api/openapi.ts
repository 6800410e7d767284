import { DEVICE_ROUTES } from './device-routes.ts';
import { ALARM_ROUTES } from './alarm-routes.ts';
import { ENROLMENT_ROUTES } from './enrolment-routes.ts';
import { FLEET_ROUTES } from './fleet-routes.ts';
import { HIT_ROUTES } from './hit-routes.ts';
import { POLICY_ROUTES } from './policy-routes.ts';
import type { ApiRoute } from './route.ts';
import { NUMBER, TEXT, TEXTS, object, type Schema } from './schema.ts';
import { REPORT_ROUTES } from './report-routes.ts';
import { SOURCE_ROUTES } from './source-routes.ts';

/** Every address of the API, beside `/v1/openapi.json`. */
export const API_ROUTES: readonly ApiRoute[] = [
  ...DEVICE_ROUTES,
  ...ENROLMENT_ROUTES,
  ...POLICY_ROUTES,
  ...SOURCE_ROUTES,
  ...HIT_ROUTES,
  ...REPORT_ROUTES,
  ...FLEET_ROUTES,
  ...ALARM_ROUTES,
];

/** An error (RFC 9457). */
export const PROBLEM: Schema = object(
  {
    type: TEXT,
    title: TEXT,
    status: NUMBER,
    detail: TEXT,
    remedy: TEXT,
    errors: TEXTS,
  },
  ['type', 'title', 'status', 'detail'],
);

/** The OpenAPI 3.1 description of some routes. */
export function openApi(routes: readonly ApiRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method]: operationOf(route),
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ThreatSTOP portal', version: '1' },
    servers: [{ url: '/v1' }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(route: ApiRoute): object {
  const { path, query, scope, summary, body, status, csv } = route;
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: TEXT },
  }));
  const format = csv === undefined ? {} : { format: 'csv: as CSV, all of it' };
  const values = Object.entries({ ...query, ...format }).map(([name, description]) => ({
    ...{ name, in: 'query', description, schema: TEXT },
  }));
  return {
    summary,
    description: `Needs the scope ${scope}.`,
    parameters: [...parts, ...values],
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: {
      [status]: {
        description: 'done',
        ...contentOf(route),
      },
      default: {
        description: 'not done',
        content: { 'application/problem+json': { schema: PROBLEM } },
      },
    },
  };
}

function contentOf({ answer, csv }: ApiRoute): object {
  if (answer === undefined) return {};
  const json = { 'application/json': { schema: answer } };
  return { content: csv === undefined ? json : { ...json, 'text/csv': { schema: TEXT } } };
}
