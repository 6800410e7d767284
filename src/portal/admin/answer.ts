/** From what a page answers to HTTP. */
import type { Request, Response } from 'express';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { Assets } from '../../site/assets.ts';
import { clientStatus, failureStatus } from '../../site/failure-status.ts';
import { isFragment } from '../../site/fragment.ts';
import type { Notices } from '../../site/notices.ts';
import { sendFile } from '../../site/send-file.ts';
import type { Refused } from '../../site/security.ts';
import type { Session } from '../../site/sessions.ts';
import { HTMX_CONFIG, type Templates } from '../../site/templates.ts';
import { urlBuilder } from '../../site/urls.ts';
import { ConflictError, NotFoundError } from '../model/change.ts';
import { TooManyError } from '../model/enrol.ts';
import type { AdminOrigin, PageAnswer, ShownPage } from './page.ts';
import { tabs } from './tabs.ts';
import { texts } from './texts.ts';

/** Sends answers to one request. */
export interface Answerer {
  send(
    request: Request,
    response: Response,
    answer: PageAnswer,
    session: AdminSession,
  ): Promise<void>;
  /** For anything thrown: an `AgentError` is shown, the rest goes to the log. */
  failure(
    request: Request,
    response: Response,
    thrown: unknown,
    session: AdminSession,
  ): Promise<void>;
}

/** The session of a request, if it has one. */
export type AdminSession = Session<AdminOrigin> | null;

/** What answers are made with. */
export interface AnswerParts {
  readonly templates: Templates;
  readonly assets: Assets;
  readonly notices: Notices;
  readonly log: Log;
}

const url = urlBuilder('');

/** Sends answers. */
export function createAnswerer({ templates, assets, notices, log }: AnswerParts): Answerer {
  const asset = (name: string) => url(`/assets/${name}`, { v: assets.versionOf(name) });

  async function sendPage(
    request: Request,
    response: Response,
    page: ShownPage,
    session: AdminSession,
  ): Promise<void> {
    const fragment = isFragment(request);
    if (fragment) setFragmentHeaders(request, response, page, session);
    const values = {
      ...{ t: texts, page, tabs, htmxConfig: HTMX_CONFIG, url, asset, pages: 'portal' },
      ...{ runningTasks: [], sample: null, readOnly: false, notice: page.notice ?? null },
      ...visitorValues(session),
      ...page.data,
    };
    const html = await templates(templateOf(page, fragment), values);
    response
      .status(page.status ?? 200)
      .type('html')
      .send(html);
  }

  async function send(
    request: Request,
    response: Response,
    answer: PageAnswer,
    session: AdminSession,
  ): Promise<void> {
    if (answer.kind === 'page') return sendPage(request, response, answer, session);
    if (answer.kind === 'file') {
      await sendFile(request, response, answer, log);
      return;
    }
    const { to, notice } = answer;
    response.redirect(303, url(to, notice === undefined ? {} : { notice: notices.keep(notice) }));
  }

  return {
    send,
    failure: (request, response, thrown, session) =>
      sendPage(request, response, failurePage(thrown, log), session),
  };
}

function setFragmentHeaders(
  { method, originalUrl }: Request,
  response: Response,
  { part }: ShownPage,
  session: AdminSession,
): void {
  // The login page stands for a whole page, so a part of it can't take the place of ours.
  if (session === null) response.set('HX-Refresh', 'true');
  if (part === undefined && method === 'GET') response.set('HX-Replace-Url', originalUrl);
}

/** What the frame of a page needs of who asks. */
function visitorValues(session: AdminSession): object {
  if (session === null) return { loggedIn: false, csrf: null };
  const account = { path: '/account', label: session.user };
  return { loggedIn: true, csrf: session.csrf, account };
}

function templateOf({ part }: ShownPage, fragment: boolean): string {
  if (!fragment) return 'layout';
  return part === undefined ? 'fragment' : `partials/${part}`;
}

/** The page of a refused request. */
export function refusedPage({ status, text }: Refused, remedy = ''): ShownPage {
  const { title, back } = texts.refused;
  const data = { heading: title, text, remedy, back };
  return { kind: 'page', status, view: '../pages/message', title, tab: null, data };
}

/** The page for anything thrown. What is no error of ours goes to the log, not to the page. */
function failurePage(thrown: unknown, log: Log): ShownPage {
  if (thrown instanceof AgentError) {
    return refusedPage({ status: statusOf(thrown), text: messageOf(thrown) }, thrown.remedy);
  }
  const status = clientStatus(thrown);
  if (status !== null) {
    const { tooLarge, badForm } = texts.refused;
    return refusedPage({ status, text: status === 413 ? tooLarge : badForm });
  }
  log.error(
    `admin page: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown)}`,
  );
  return refusedPage({ status: 500, text: texts.refused.internal });
}

/** HTTP status of a failed action: 404 for what is not there, 429, else see {@link failureStatus}. */
export function statusOf(error: AgentError): number {
  if (error instanceof NotFoundError) return 404;
  if (error instanceof ConflictError) return 409;
  return error instanceof TooManyError ? 429 : failureStatus(error);
}
