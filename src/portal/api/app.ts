import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { actorOf } from '../../core/actor.ts';
import type { AdminOptions } from '../admin/app.ts';
import { sendFile } from '../../site/send-file.ts';
import { addressOf } from '../admin/login.ts';
import type { ApiKey } from '../tables/api-keys.ts';
import { createGate } from './gate.ts';
import { API_ROUTES, openApi } from './openapi.ts';
import { ApiRefusal, problemOf, type Problem } from './problem.ts';
import type { ApiRequest, ApiRoute } from './route.ts';
import { misfits } from './schema.ts';

const BODY_LIMIT = '32mb';
/**
 * The API below `/v1`: JSON, an API key as bearer token, errors as problem+json (RFC 9457).
 * @param routes what of it is served
 */
export function createApi(options: AdminOptions, routes = API_ROUTES): Router {
  const { log } = options;
  const router = express.Router();
  const gate = createGate(options);
  const document = openApi(routes);

  const serve = async (route: ApiRoute, key: ApiKey, request: Request, response: Response) => {
    const asked = apiRequest(options, key, request, bodyOf(route, request));
    const format = asked.query('format');
    if (route.csv !== undefined && format === 'csv') {
      await sendFile(request, response, { type: 'text/csv', body: await route.csv(asked) }, log);
      return;
    }
    if (format !== null) throw new ApiRefusal(422, 'there is no such format at this path');
    const result = await route.run(asked);
    if (route.status === 204) response.status(204).end();
    else response.status(route.status).json(result);
  };

  router.get('/openapi.json', (_request, response) => response.json(document));
  const json = express.json({ limit: BODY_LIMIT, strict: false });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    // The key first, so that no stranger's body is read.
    router[route.method](path, (request: Request, response: Response, next: NextFunction) => {
      response.locals['key'] = gate(request, route);
      next();
    });
    router[route.method](path, json, (request: Request, response: Response) =>
      serve(route, response.locals['key'] as ApiKey, request, response),
    );
  }
  router.use(() => {
    throw new ApiRefusal(404, 'there is nothing at this path');
  });
  router.use((thrown: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(thrown);
    else sendProblem(response, problemOf(thrown, log));
  });
  return router;
}

function sendProblem(response: Response, problem: Problem): void {
  if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (problem.status === 429) response.set('Retry-After', '60');
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function bodyOf({ body: schema }: ApiRoute, request: Request): unknown {
  if (schema === undefined) return null;
  if (!request.is('application/json'))
    throw new ApiRefusal(415, 'the body is not application/json');
  const errors = misfits(schema, request.body);
  if (errors.length > 0) throw new ApiRefusal(422, 'the body does not fit', errors.slice(0, 100));
  return request.body;
}

function apiRequest(
  options: AdminOptions,
  key: ApiKey,
  request: Request,
  body: unknown,
): ApiRequest {
  const { store, clock } = options;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    ...options,
    change: { store, clock, actor: actorOf('api', key.name, addressOf(request)) },
    keyName: key.name,
    param: (name) => text(request.params[name]) ?? '',
    query: (name) => text(request.query[name]),
    body,
  };
}
