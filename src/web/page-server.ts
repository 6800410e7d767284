import type { Request, Response } from 'express';
import type { Agent } from '../tasks/agent.ts';
import type { Answerer } from './answer.ts';
import { createLoginAttempts } from './login-attempt.ts';
import { isFragment } from '../site/fragment.ts';
import { refusal } from './message.ts';
import type { Notices } from '../site/notices.ts';
import type { WebOptions } from './options.ts';
import type { PageRequest, ShownPage } from './page.ts';
import type { Route } from './routes.ts';
import type { StartedTasks } from './started-tasks.ts';
import { oneValue } from '../site/request-values.ts';
import { isTokenOf } from '../site/security.ts';
import { texts } from './texts.ts';
import { identify, type Visitor } from './visitor.ts';

/** Serves one route: who is it, may it be, then the page. */
export type PageServer = (route: Route, request: Request, response: Response) => Promise<void>;

/** Serves the routes of an agent. */
export function createPageServer(
  agent: Agent,
  parts: {
    readonly options: WebOptions;
    readonly answer: Answerer;
    readonly notices: Notices;
    readonly tasks: StartedTasks;
  },
): PageServer {
  const { options, answer, notices, tasks } = parts;
  const attempt = createLoginAttempts(options);

  return async (route, request, response) => {
    const identity = identify(request, options);
    if (identity.visitor === null && route.access !== 'link') {
      await answer.page(request, response, { page: identity.page, visitor: null });
      return;
    }
    const { visitor } = identity;
    const refused = visitor === null ? null : refuseChange(request, visitor);
    const page = refused ?? (await route.page(pageRequest(request, visitor)));
    await answer.any(request, response, { answer: page, visitor });
  };

  function pageRequest(request: Request, visitor: Visitor | null): PageRequest {
    const query = request.query;
    const form = (request.body ?? {}) as Record<string, unknown>;
    return {
      ...{ agent, notices, tasks, ...sampleOf(options) },
      sessions: options.access === 'standalone' ? options.sessions : null,
      actor: visitor?.actor ?? 'page:nobody',
      now: options.clock.now(),
      query: (name) => oneValue(query[name]),
      form: (name) => oneValue(form[name]),
      given: (name) => (form[name] === undefined ? null : oneValue(form[name])),
      fragment: isFragment(request),
      readOnly: visitor?.readOnly ?? true,
      login: attempt(request),
    };
  }
}

/** Only the demo has sample traffic. */
function sampleOf({ sample }: WebOptions): Pick<PageRequest, 'sample' | 'isSample'> {
  return { sample: sample ?? null, isSample: (line) => sample?.isSample(line) ?? false };
}

/** Why a visitor may not change anything by this request; null when there is nothing against it. */
function refuseChange(request: Request, { csrf, readOnly }: Visitor): ShownPage | null {
  if (request.method !== 'POST') return null;
  if (readOnly) return refusal(403, texts.refused.readOnly);
  const form = (request.body ?? {}) as Record<string, unknown>;
  return csrf === null || isTokenOf(csrf, form['csrf']) ? null : refusal(403, texts.refused.csrf);
}
