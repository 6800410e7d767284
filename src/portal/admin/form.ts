/** Forms and tables as the templates `form` and `table` show them. */
import { countWords } from '../../core/format-count.ts';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { Notice } from '../../site/notices.ts';
import { formatCount, timeView, type TimeView } from '../../site/format.ts';
import type { PortalProblem } from '../tables/problems.ts';
import { ListTextError } from '../model/user-lists.ts';
import { NotFoundError } from '../model/change.ts';
import { statusOf } from './answer.ts';
import type { ShownPage, Tab } from './page.ts';

/** One field of a form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** Default `text`. `checks`: several values of `choices`. */
  readonly type?: 'text' | 'number' | 'password' | 'area' | 'select' | 'checks' | 'check' | 'file';
  readonly value?: string;
  /** What is marked in `checks`. */
  readonly marked?: readonly string[];
  readonly choices?: readonly Choice[];
  readonly help?: string;
  readonly required?: boolean;
}

/** One choice of a field. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
}

/** A form that stands for a page. */
export interface FormView {
  readonly title: string;
  readonly intro?: string;
  readonly fields: readonly Field[];
  /** Where it goes by POST. */
  readonly action: string;
  readonly submit: string;
  readonly cancel: string;
  /** The button does something that cannot be taken back. */
  readonly danger?: boolean;
}

/** The page of a form. */
export function formPage(
  tab: Tab | null,
  form: FormView,
  refused: Refusal | null = null,
): ShownPage {
  const isUpload = form.fields.some(({ type }) => type === 'file');
  return {
    ...{ kind: 'page', view: 'form', title: form.title, tab, ...refused },
    data: { form: { intro: '', danger: false, ...form, isUpload } },
  };
}

/** What is said of a form that was not taken. */
export interface Refusal {
  readonly status: number;
  readonly notice: Notice;
}

/** An error of the model as the form shows it. @throws what is no error of ours, or says that the thing is gone */
export function refusalOf(thrown: unknown): Refusal {
  if (!(thrown instanceof AgentError)) throw thrown;
  const notes =
    thrown instanceof ListTextError
      ? thrown.lines.map(({ line, message }) => `line ${line}: ${message}`)
      : [];
  const message =
    thrown instanceof ListTextError
      ? `${countWords(thrown.total, 'line', 'lines')} of the list cannot be used`
      : messageOf(thrown);
  const status = thrown instanceof NotFoundError ? 422 : statusOf(thrown);
  const notice = {
    tone: 'danger',
    message: sentence(message),
    remedy: thrown.remedy,
    notes,
  } as const;
  return { status, notice };
}

/** Begins with a capital letter and ends with a full stop. */
export function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}

/** A cell of a table. */
export interface Cell {
  readonly text: string;
  /** Path that it leads to. */
  readonly href?: string;
  readonly time?: TimeView;
  readonly number?: boolean;
  readonly tone?: 'good' | 'bad' | 'warn';
  /** Said in small letters below. */
  readonly note?: string;
  /** Buttons. */
  readonly actions?: readonly Action[];
}

/** A table, with a name for it when it is not the whole page. */
export interface TableView {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Said when there are no rows. */
  readonly empty: string;
  readonly actions?: readonly Link[];
  readonly intro?: string;
  /** A field above it: `?q=`. */
  readonly search?: Search;
  /** To the next rows; null: these were the last ones. */
  readonly older?: Link | null;
}

/** A field that finds rows of a table. */
export interface Search {
  readonly path: string;
  readonly label: string;
  readonly value: string;
  readonly submit: string;
}

/** A link, shown as a button. */
export interface Link {
  readonly label: string;
  readonly path: string;
}

/** A button that does something at once. */
export interface Action extends Link {
  readonly id: string;
  readonly busy: string;
  readonly style: 'btn-default' | 'btn-default btn-sm' | 'btn-primary' | 'btn-danger';
  readonly fields?: Readonly<Record<string, string>>;
}

/** A cell with a moment; `never` for null. */
export function timeCell(time: number | null, now: number): Cell {
  return time === null ? { text: 'never' } : { text: '', time: timeView(time, now) };
}

/** A cell with an open problem. */
export function problemCell({ message, remedy, severity }: PortalProblem): Cell {
  return { text: sentence(message), tone: severity === 'error' ? 'bad' : 'warn', note: remedy };
}

/** A cell with a number. */
export function countCell(count: number): Cell {
  return { text: formatCount(count), number: true };
}
