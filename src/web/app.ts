import express, { type NextFunction, type Request, type Response } from 'express';
import type { Agent } from '../tasks/agent.ts';
import { createAnswerer } from './answer.ts';
import { createAssets } from '../site/assets.ts';
import { secureHeaders } from '../site/headers.ts';
import { refusal } from './message.ts';
import { createNotices } from '../site/notices.ts';
import type { WebOptions } from './options.ts';
import { createPageServer } from './page-server.ts';
import { createRenderer } from './render.ts';
import { routes } from './routes.ts';
import { RELAY_CHECKS, browserChecks } from '../site/security.ts';
import { createStartedTasks } from './started-tasks.ts';
import { STYLES } from './styles.ts';
import { texts } from './texts.ts';

/** Largest form. */
const BODY_LIMIT = '64kb';
const MOST_FIELDS = 100;

/** The page of an agent, ready to listen (see `system/listen.ts`). Never does work of its own: it shows and starts. */
export function createWebApp(agent: Agent, options: WebOptions): express.Express {
  const assets = createAssets(options.publicDir, STYLES);
  const tasks = createStartedTasks(options.clock, options.log);
  const answer = createAnswerer(createRenderer(options.viewsDir, assets), options, tasks, () =>
    agent.progress(),
  );
  const notices = createNotices(options.clock);
  const serve = createPageServer(agent, { options, answer, notices, tasks });
  const checks = options.access === 'relay' ? RELAY_CHECKS : browserChecks(options.hosts ?? []);

  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(secureHeaders);
  app.use(async (request: Request, response: Response, next: NextFunction) => {
    const refused = checks.map((check) => check(request)).find((one) => one !== null);
    if (refused === undefined) next();
    else await answer.refusal(request, response, refusal(refused.status, refused.text));
  });
  app.use('/assets', assets.router);
  app.use(express.urlencoded({ limit: BODY_LIMIT, extended: false, parameterLimit: MOST_FIELDS }));
  for (const route of routes) {
    if (options.access === 'relay' && route.access !== 'visitor') continue;
    app[route.method](route.path, (request, response) => serve(route, request, response));
  }
  app.use(async (request: Request, response: Response) => {
    await answer.refusal(request, response, refusal(404, texts.refused.notFound));
  });
  app.use((thrown: unknown, request: Request, response: Response, next: NextFunction) =>
    response.headersSent ? next(thrown) : answer.failure(request, response, thrown),
  );
  return app;
}
