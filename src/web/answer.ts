/** From what a page answers to HTTP. */
import type { Request, Response } from 'express';
import { AgentError, messageOf } from '../core/errors.ts';
import type { Progress } from '../core/ports.ts';
import { isFragment } from '../site/fragment.ts';
import { sendFile } from '../site/send-file.ts';
import { clientStatus, failureStatus } from '../site/failure-status.ts';
import { messagePage, refusal } from './message.ts';
import type { WebOptions } from './options.ts';
import type { PageAnswer, Redirect, ShownPage } from './page.ts';
import type { Frame, Renderer } from './render.ts';
import type { SessionOrigin } from '../site/sessions.ts';
import type { StartedTasks } from './started-tasks.ts';
import { sessionCookie } from './session-cookie.ts';
import { taskView } from './task-view.ts';
import { texts } from './texts.ts';
import { urlBuilder } from '../site/urls.ts';
import { addressOf, identify, type Visitor } from './visitor.ts';

/** Sends answers. */
export interface Answerer {
  any(request: Request, response: Response, what: Answered): Promise<void>;
  page(request: Request, response: Response, what: Shown): Promise<void>;
  /** For requests that no page gets. */
  refusal(request: Request, response: Response, page: ShownPage): Promise<void>;
  /** For anything thrown: an `AgentError` is shown, the rest goes to the log. */
  failure(request: Request, response: Response, thrown: unknown): Promise<void>;
}

interface Answered {
  readonly answer: PageAnswer;
  readonly visitor: Visitor | null;
}

interface Shown {
  readonly page: ShownPage;
  readonly visitor: Visitor | null;
}

/** Sends answers as the options say. */
export function createAnswerer(
  render: Renderer,
  options: WebOptions,
  tasks: StartedTasks,
  progress: () => Progress | null,
): Answerer {
  return { any: sendAny, page: sendPage, refusal: sendRefusal, failure: sendFailure };

  async function sendAny(request: Request, response: Response, { answer, visitor }: Answered) {
    switch (answer.kind) {
      case 'page':
        await sendPage(request, response, { page: answer, visitor });
        return;
      case 'redirect':
        redirect(request, response, answer, visitor);
        return;
      case 'file':
        await sendFile(request, response, answer, options.log);
        return;
      case 'unchanged':
        response.status(204).end();
        return;
      case 'logged-in':
        openSession(request, response, options, answer.way);
        return;
      case 'logged-out':
        closeSession(request, response, options);
        await sendPage(request, response, { page: answer.page, visitor: null });
    }
  }

  async function sendPage(request: Request, response: Response, { page, visitor }: Shown) {
    const fragment = isFragment(request);
    setHeaders(response, { page, visitor, fragment });
    const now = options.clock.now();
    const html = await render(page, {
      ...{ visitor, frame: frameOf(fragment, options), loginHint: loginHintOf(options) },
      loginByPassword: await hasPassword(page, options),
      tasks: visitor === null ? [] : tasks.running().map((task) => taskView(task, now, progress())),
      sample: visitor === null ? null : sampleOf(options),
    });
    response.status(statusFor(page, options)).type('html').send(html);
  }

  async function sendRefusal(request: Request, response: Response, page: ShownPage) {
    // Not yet known to be ours, so standalone nothing of the session is shown.
    const visitor = options.access === 'relay' ? identify(request, options).visitor : null;
    await sendPage(request, response, { page, visitor });
  }

  async function sendFailure(request: Request, response: Response, thrown: unknown) {
    const { visitor } = identify(request, options);
    await sendPage(request, response, { page: failurePage(thrown, options), visitor });
  }
}

function sampleOf({ sample }: WebOptions): { readonly on: boolean } | null {
  return sample === undefined ? null : { on: sample.isOn() };
}

function redirect(
  request: Request,
  response: Response,
  { to, query, whole = false }: Redirect,
  visitor: Visitor | null,
): void {
  const address = urlBuilder(visitor?.base ?? '')(to, query);
  if (whole && isFragment(request)) response.set('HX-Redirect', address).status(200).end();
  else response.redirect(303, address);
}

function setHeaders(
  response: Response,
  { page, visitor, fragment }: Shown & { readonly fragment: boolean },
): void {
  const { view, address, trigger, status } = page;
  // The login page stands for a whole page, so a part of it can't take the place of ours.
  if (view === 'login' && fragment) response.set('HX-Refresh', 'true');
  if (address !== undefined) {
    response.set('HX-Replace-Url', urlBuilder(visitor?.base ?? '')(address));
  }
  if (trigger !== undefined) response.set('HX-Trigger', trigger);
  if (status === 405) response.set('Allow', 'GET, HEAD, POST');
}

function frameOf(fragment: boolean, { access }: WebOptions): Frame {
  if (fragment) return 'fragment';
  return access === 'relay' ? 'body' : 'document';
}

/** nginx on pfSense 2.8 and later replaces the bodies of 404 and 5xx by its own. */
function statusFor({ status = 200 }: ShownPage, { access }: WebOptions): number {
  return access === 'relay' && (status === 404 || status >= 500) ? 400 : status;
}

/** The page for anything thrown. What is no error of ours goes to the log, not to the page. */
function failurePage(thrown: unknown, options: WebOptions): ShownPage {
  const { refused } = texts;
  if (thrown instanceof AgentError) {
    const { remedy } = thrown;
    const status = failureStatus(thrown);
    return messagePage({ status, title: refused.title, text: messageOf(thrown), remedy });
  }
  const status = clientStatus(thrown);
  if (status !== null) return refusal(status, status === 413 ? refused.tooLarge : refused.badForm);
  options.log.error(`page: ${messageOf(thrown)}`);
  return refusal(500, refused.internal);
}

function openSession(
  request: Request,
  response: Response,
  options: WebOptions,
  way: SessionOrigin['way'],
): void {
  if (options.access === 'standalone') {
    const id = options.sessions.open({ address: addressOf(request), way });
    sessionCookie.set(response, id, request.secure);
  }
  response.redirect(303, '/');
}

function closeSession(request: Request, response: Response, options: WebOptions): void {
  if (options.access === 'standalone') options.sessions.close(sessionCookie.read(request));
  sessionCookie.clear(response);
}

async function hasPassword({ view }: ShownPage, options: WebOptions): Promise<boolean> {
  if (view !== 'login' || options.access === 'relay') return false;
  return (await options.password?.isSet()) ?? false;
}

function loginHintOf(options: WebOptions): string {
  return (options.access === 'standalone' ? options.loginHint : undefined) ?? texts.login.hint;
}
