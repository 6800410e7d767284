import { messageOf, type AgentError } from '../core/errors.ts';
import type { Notice } from '../site/notices.ts';
import type { ShownPage } from './page.ts';
import { texts } from './texts.ts';

/** A page that only says something. */
export interface Message {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** What to do, or empty. */
  readonly remedy?: string;
  /** Label of the link to the overview. */
  readonly back?: string;
}

/** The page for a message. */
export function messagePage({ status, title, text, remedy = '', back }: Message): ShownPage {
  const data = { heading: title, text, remedy, back: back ?? texts.refused.back };
  return { kind: 'page', status, view: 'message', title, tab: null, data };
}

/** The page of a refused request. */
export function refusal(status: number, text: string): ShownPage {
  return messagePage({ status, title: texts.refused.title, text });
}

/** An error as the page shows it: message and remedy. */
export function failureNotice(error: AgentError): Notice {
  return { tone: 'danger', message: messageOf(error), remedy: error.remedy, notes: [] };
}
