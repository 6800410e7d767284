import {
  addFormView,
  checkAddForm,
  emptyAddForm,
  readAddForm,
  withoutSecrets,
  type AddForm,
} from '../add-form.ts';
import type { Notice } from '../../site/notices.ts';
import { overviewPage } from '../overview.ts';
import type { PageAnswer, PageRequest, ShownPage } from '../page.ts';
import { runNotice, startTask, withResult } from '../start-task.ts';
import type { TaskResult } from '../started-tasks.ts';
import { texts } from '../texts.ts';

/** The set-up form: empty, or as it was when the task `?task=` failed. `?type=auto` or `manual` chooses its fields. */
export async function showAddForm(request: PageRequest): Promise<PageAnswer> {
  const { device } = await request.agent.status();
  if (device !== null) return formPage(null);
  const notice = request.notices.find(request.query('notice'));
  return { ...formPage(failedForm(request) ?? emptyForm(request)), notice };
}

function emptyForm(request: PageRequest): AddForm {
  return emptyAddForm(request.query('type') === 'manual' ? 'manual' : 'auto');
}

function failedForm(request: PageRequest): AddForm | null {
  const task = request.tasks.find(request.query('task'));
  return task?.order.kind === 'add' ? ((task.order.input ?? null) as AddForm | null) : null;
}

/** Says what is wrong with the field `?field=`, as the form stands now. */
export function checkAddField(request: PageRequest): PageAnswer {
  const form = checkAddForm(readAddForm((name) => request.form(name)));
  const { fields, advanced } = addFormView(form);
  const field = [...fields, ...advanced].find(({ name }) => name === request.query('field'));
  if (field === undefined) return { kind: 'unchanged' };
  const title = texts.add.title;
  return {
    kind: 'page',
    view: 'device-add',
    part: 'field-help',
    title,
    tab: null,
    data: { field },
  };
}

/** Sets the device up, or shows the form again with what is wrong. */
export function addDevice(request: PageRequest): PageAnswer | Promise<PageAnswer> {
  const form = checkAddForm(readAddForm((name) => request.form(name)));
  if (form.errors.size > 0) return { ...formPage(form), status: 422, notice: fixNotice() };
  const { agent, actor } = request;
  const order = {
    kind: 'add',
    work: async () => {
      const { run, notes } = await agent.add(actor, form.settings, form.options);
      return runNotice(run, notes);
    },
    afterFailure: '/device/add',
    leave: true,
    input: withoutSecrets(form),
  } as const;
  return startTask(request, order, (result) => resultPage(request, form, result));
}

async function resultPage(
  request: PageRequest,
  form: AddForm,
  result: TaskResult | null,
): Promise<PageAnswer> {
  if (result?.status !== 200) return withResult(formPage(form, result === null), result);
  return { ...withResult(await overviewPage(request), result), address: '/' };
}

function fixNotice(): Notice {
  return { tone: 'danger', message: texts.add.fix, remedy: '', notes: [] };
}

/**
 * @param form null when a device is set up already
 * @param running whether it is being done, so that it cannot be sent again
 */
function formPage(form: AddForm | null, running = false): ShownPage {
  const title = texts.add.title;
  const data = { form: form === null ? null : addFormView(form), running };
  return { kind: 'page', view: 'device-add', title, tab: 'set-up', data };
}
