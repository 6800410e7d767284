import { isOptionName } from '../../config/options.ts';
import type { ResolvedSettings } from '../../config/settings.ts';
import type { PageAnswer, PageRequest, ShownPage } from '../page.ts';
import {
  markOfSettings,
  readSettingsForm,
  untouched,
  type SettingsForm,
} from '../settings-form.ts';
import { settingGroups, settingView } from '../settings-view.ts';
import { runNotice, startTask, withResult } from '../start-task.ts';
import type { TaskResult } from '../started-tasks.ts';
import { texts } from '../texts.ts';

/** All settings, or with `?task=` as they were typed when saving failed. */
export async function showSettings(request: PageRequest): Promise<PageAnswer> {
  const task = request.tasks.find(request.query('task'));
  const typed = task?.order.kind === 'configure' ? (task.order.input as SettingsForm) : untouched;
  const notice = request.notices.find(request.query('notice'));
  return { ...(await settingsPage(request, typed)), notice };
}

/** Says what is wrong with the field `?field=`, as the form stands now. Nothing is changed. */
export async function checkSetting(request: PageRequest): Promise<PageAnswer> {
  const settings = await request.agent.settings();
  const name = request.query('field');
  if (settings === null || !isOptionName(name)) return { kind: 'unchanged' };
  const form = readSettingsForm(settings, (field) => request.given(field));
  const data = { setting: settingView(settings, form, name), failure: form.failure };
  const title = texts.settings.title;
  return { kind: 'page', view: 'settings', part: 'setting-help', title, tab: 'settings', data };
}

/** Stores what was changed, all of it or nothing. */
export async function saveSettings(request: PageRequest): Promise<PageAnswer> {
  const settings = await request.agent.settings();
  if (settings === null) return settingsPage(request, untouched);
  if (request.form('seen') !== markOfSettings(settings)) {
    return refused(await settingsPage(request, untouched), texts.settings.stale, 409);
  }
  const form = readSettingsForm(settings, (field) => request.given(field));
  if (form.errors.size > 0 || form.failure !== '') {
    const message = form.failure === '' ? texts.settings.fix : form.failure;
    return refused(await settingsPage(request, form), message, 422);
  }
  if (Object.keys(form.changes).length === 0) {
    const notice = {
      tone: 'info',
      message: texts.settings.nothing,
      remedy: '',
      notes: [],
    } as const;
    return { ...(await settingsPage(request, untouched)), notice };
  }
  return store(request, settings, form);
}

function store(
  request: PageRequest,
  settings: ResolvedSettings,
  form: SettingsForm,
): Promise<PageAnswer> {
  const { agent, actor } = request;
  const order = {
    kind: 'configure',
    work: async () => runNotice(await agent.configure(actor, form.changes)),
    after: '/settings',
    // What is shown has to be what was saved, or the next change would count as made to something older.
    leave: true,
    input: withoutSecrets(settings, form),
  } as const;
  const show = async (result: TaskResult | null) => {
    const typed = result?.status === 200 ? untouched : form;
    return { ...withResult(await settingsPage(request, typed), result), address: '/settings' };
  };
  return startTask(request, order, show);
}

function withoutSecrets(settings: ResolvedSettings, form: SettingsForm): SettingsForm {
  const open = Object.entries(form.changes).filter(
    ([name]) => isOptionName(name) && !settingView(settings, untouched, name).secret,
  );
  return { ...form, changes: Object.fromEntries(open) };
}

function refused(page: ShownPage, message: string, status: number): ShownPage {
  return { ...page, status, notice: { tone: 'danger', message, remedy: '', notes: [] } };
}

async function settingsPage(request: PageRequest, form: SettingsForm): Promise<ShownPage> {
  const settings = await request.agent.settings();
  const { platform } = await request.agent.status({ recent: true });
  const data = {
    groups: settings === null ? [] : settingGroups(settings, form, platform),
    seen: settings === null ? '' : markOfSettings(settings),
  };
  return { kind: 'page', view: 'settings', title: texts.settings.title, tab: 'settings', data };
}
