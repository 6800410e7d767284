import { AgentError } from '../../core/errors.ts';
import { runNotice, showDone } from '../action.ts';
import { addFormView, checkAddForm, emptyAddForm, readAddForm, type AddForm } from '../add-form.ts';
import { failureNotice, statusOf } from '../message.ts';
import type { Notice } from '../notices.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { texts } from '../texts.ts';

/** The set-up form, empty. `?type=auto` or `manual` chooses its fields. */
export async function showAddForm(request: PageRequest): Promise<PageAnswer> {
  const { device } = await request.agent.status();
  if (device !== null) return formPage(null, { status: 200 });
  const type = request.query('type') === 'manual' ? 'manual' : 'auto';
  return formPage(emptyAddForm(type), { status: 200 });
}

/** Sets the device up, or shows the form again with what is wrong. */
export async function addDevice(request: PageRequest): Promise<PageAnswer> {
  const form = checkAddForm(readAddForm((name) => request.form(name)));
  if (form.errors.size > 0) return formPage(form, { status: 422, notice: fixNotice() });
  try {
    const { run, notes } = await request.agent.add(request.actor, form.settings, form.options);
    return await showDone(request, runNotice(run, notes));
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return formPage(form, { status: statusOf(thrown), notice: failureNotice(thrown) });
  }
}

function fixNotice(): Notice {
  return { tone: 'danger', message: texts.add.fix, remedy: '', notes: [] };
}

/** @param form null when a device is set up already */
function formPage(
  form: AddForm | null,
  { status, notice = null }: { readonly status: number; readonly notice?: Notice | null },
): PageAnswer {
  const title = texts.add.title;
  const data = { form: form === null ? null : addFormView(form) };
  return { kind: 'page', status, view: 'device-add', title, tab: 'set-up', notice, data };
}
