import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Clock, Log } from '../../core/ports.ts';
import { createAssets } from '../../site/assets.ts';
import { secureHeaders } from '../../site/headers.ts';
import { createNotices } from '../../site/notices.ts';
import { browserChecks, type Check } from '../../site/security.ts';
import { createTemplates } from '../../site/templates.ts';
import { createApi } from '../api/app.ts';
import type { Store } from '../store.ts';
import { createAnswerer, refusedPage, type Answerer } from './answer.ts';
import { createLogin, type Login } from './login.ts';
import type { AdminParts } from './page.ts';
import { createPageServer, isTrusted } from './page-server.ts';
import { FORM_TYPES, readForm } from './read-form.ts';
import { routes } from './routes.ts';
import { texts } from './texts.ts';

/** What the admin site is made of. */
export interface AdminOptions extends AdminParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder with the templates: `views/` of the project; and with stylesheet and script: `public/`. */
  readonly viewsDir: string;
  readonly publicDir: string;
  /** Names and addresses, beside those of loopback, under which the pages may be asked for. */
  readonly hosts: readonly string[];
}

const STYLES = ['base', 'overview', 'hits', 'settings', 'forms', 'portal', 'standalone'];

/** The admin pages and, below `/v1/`, the API; to be served over TLS only. */
export function createAdminApp(options: AdminOptions): Express {
  const { clock, log } = options;
  const assets = createAssets(options.publicDir, STYLES);
  const notices = createNotices(clock);
  const templates = createTemplates(options.viewsDir);
  const answer = createAnswerer({ templates, assets, notices, log });
  const login = createLogin(options);
  const serve = createPageServer({ options, login, answer, notices });

  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(secureHeaders);
  app.use('/v1', createApi(options));
  app.use(refuseBy(browserChecks(options.hosts, FORM_TYPES), answer));
  app.use('/assets', assets.router);
  serveLogin(app, login, answer);
  for (const route of routes) {
    app[route.method](route.path, (request, response) => serve(route, request, response));
  }
  app.use(async (request: Request, response: Response) => {
    const page = refusedPage({ status: 404, text: texts.refused.notFound });
    await answer.send(request, response, page, login.find(request));
  });
  app.use((thrown: unknown, request: Request, response: Response, next: NextFunction) =>
    response.headersSent ? next(thrown) : answer.failure(request, response, thrown, null),
  );
  return app;
}

function refuseBy(checks: readonly Check[], answer: Answerer) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const refused = checks.map((check) => check(request)).find((one) => one !== null);
    // Not yet known to be ours, so nothing of the session is shown.
    if (refused !== undefined) await answer.send(request, response, refusedPage(refused), null);
    else next();
  };
}

function serveLogin(app: Express, login: Login, answer: Answerer): void {
  app.get('/login', async (request, response) => {
    if (login.find(request) !== null) response.redirect(303, '/');
    else await answer.send(request, response, login.page(200), null);
  });
  app.post('/login', async (request, response) => {
    const page = await login.open(request, response);
    if (page === null) response.redirect(303, '/');
    else await answer.send(request, response, page, null);
  });
  app.post('/logout', async (request, response) => {
    const session = login.find(request);
    const form = await readForm(request, response, false);
    const page = isTrusted(request, form, session)
      ? login.close(request, response, session)
      : refusedPage({ status: 403, text: texts.refused.csrf });
    await answer.send(request, response, page, null);
  });
}
