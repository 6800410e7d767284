import { PROBLEM } from '../../tables/problems.ts';
import { formatCount } from '../../../site/format.ts';
import { ConflictError, NotFoundError } from '../../model/change.ts';
import {
  removeTarget,
  saveMail,
  saveWebhook,
  shownTarget,
  testTarget,
} from '../../model/alarms.ts';
import type { Store } from '../../store.ts';
import type { AlarmTarget, MailConfig } from '../../tables/alarms.ts';
import {
  formPage,
  problemCell,
  refusalOf,
  sentence,
  timeCell,
  type Action,
  type Cell,
  type Field,
  type Refusal,
  type TableView,
} from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';

const tab = 'alarms';
const cancel = '/alarms';

/** What is wrong now, and who is told. */
export function showAlarms({ change, now, notice }: PageRequest): PageAnswer {
  const { store } = change;
  const tables = [problemTable(store, now), targetTable(store)];
  return { kind: 'page', view: 'table', title: 'Alarms', tab, notice, data: { tables } };
}

function problemTable({ problems, devices }: Store, now: number): TableView {
  return {
    title: 'Wrong now',
    columns: ['What', 'Of what', 'Since'],
    rows: problems.all().map((problem): Cell[] => [
      problemCell(problem),
      {
        text: problem.subject,
        note: problem.code,
        ...(devices.get(problem.subject)?.retired === null && {
          href: `/devices/${problem.subject}`,
        }),
      },
      timeCell(problem.since, now),
    ]),
    empty: 'Nothing that has lasted half a minute.',
  };
}

function targetTable(store: Store): TableView {
  const waiting = store.alarms.waiting();
  const intro =
    'Each problem that lasts half a minute is told when it begins and when it is over, until it is taken.';
  return {
    title: 'Who is told',
    intro: waiting === 0 ? intro : `${intro} ${formatCount(waiting)} are on their way.`,
    columns: ['Target', 'Goes to', 'Told from', 'State', ''],
    rows: store.alarms.targets().map((target) => targetRow(store, target)),
    empty: 'Nobody. What is wrong stands on these pages only.',
    actions: [
      { label: 'Add a webhook', path: '/alarms/add-webhook' },
      { label: 'Add mail', path: '/alarms/add-mail' },
    ],
  };
}

function targetRow({ problems }: Store, target: AlarmTarget): readonly Cell[] {
  const { name, kind, severity, where } = shownTarget(target);
  const problem = problems
    .all()
    .find(({ code, subject }) => code === PROBLEM.notDelivered && subject === name);
  const small = { style: 'btn-default btn-sm' } as const;
  return [
    { text: name, href: `/alarms/${name}`, note: kind },
    { text: where },
    { text: severity === 'error' ? 'errors' : 'warnings and errors' },
    problem === undefined
      ? { text: 'good', tone: 'good' }
      : { text: 'not delivered', tone: 'bad', note: sentence(problem.message) },
    {
      text: '',
      actions: [
        { ...small, ...actionOf(name, 'test', 'Test', 'Sending…') },
        { ...small, ...actionOf(name, 'remove', 'Remove', 'Removing…') },
      ],
    },
  ];
}

function actionOf(name: string, verb: string, label: string, busy: string): Omit<Action, 'style'> {
  return { id: `ts-${verb}-${name}`, path: `/alarms/${name}/${verb}`, label, busy };
}

/** The form of a new webhook. */
export function showAddWebhook(): PageAnswer {
  return webhookForm(null, { name: '', severity: 'warning' });
}

/** Makes a webhook and shows the key of its signature, once. */
export function saveNewWebhook(request: PageRequest): PageAnswer {
  return saving(request, null, 'webhook');
}

/** The form of new mail. */
export function showAddMail(): PageAnswer {
  return mailForm(null, typedMail(null));
}

/** Makes a target of mail. */
export function saveNewMail(request: PageRequest): PageAnswer {
  return saving(request, null, 'mail');
}

/** A target. Its secrets are not shown. */
export function showTarget({ change, param, notice }: PageRequest): PageAnswer {
  const target = targetNamed(change.store, param('name'));
  const page =
    target.kind === 'mail' ? mailForm(target, typedMail(target)) : webhookForm(target, target);
  return { ...page, notice };
}

/** Changes a target. A secret that is not typed stays. */
export function saveTarget(request: PageRequest): PageAnswer {
  const target = targetNamed(request.change.store, request.param('name'));
  return saving(request, target, target.kind);
}

/** Sends a test now. */
export async function sendTest({ change, param }: PageRequest): Promise<PageAnswer> {
  const { name } = targetNamed(change.store, param('name'));
  try {
    await testTarget(change, name);
    return done(cancel, `A test was sent to ${name}, and taken.`);
  } catch (thrown) {
    return { kind: 'redirect', to: cancel, notice: refusalOf(thrown).notice };
  }
}

/** Removes a target. */
export function deleteTarget({ change, param }: PageRequest): PageAnswer {
  removeTarget(change, param('name'));
  return done(cancel, `Nothing is sent to ${param('name')} any more.`);
}

function targetNamed({ alarms }: Store, name: string): AlarmTarget {
  const target = alarms.get(name);
  if (target === null) throw new NotFoundError('alarm target', name);
  return target;
}

function saving(
  request: PageRequest,
  target: AlarmTarget | null,
  kind: AlarmTarget['kind'],
): PageAnswer {
  const { change, form } = request;
  const name = target?.name ?? form('name');
  const severity = form('severity');
  try {
    if (target === null && change.store.alarms.get(name) !== null) {
      throw new ConflictError(`there is a target ${name}`);
    }
    if (kind === 'webhook') return savedWebhook(request, name, target);
    saveMail(change, name, { ...mailOf(form, target), severity });
    return done(cancel, savedText(name));
  } catch (thrown) {
    const refused = refusalOf(thrown);
    return kind === 'webhook'
      ? webhookForm(target, { name, severity }, refused)
      : mailForm(target, { ...mailOf(form, target), name, severity }, refused);
  }
}

function savedWebhook(
  { change, form }: PageRequest,
  name: string,
  target: AlarmTarget | null,
): PageAnswer {
  const before = target?.kind === 'webhook' ? target.config : { url: '', secret: '' };
  const kept = form('new_secret') === 'yes' ? '' : before.secret;
  const secret = form('secret') || kept;
  const webhook = { url: form('url') || before.url, severity: form('severity') };
  const key = saveWebhook(change, name, { ...webhook, ...(secret !== '' && { secret }) });
  return secret === '' ? issuedPage(name, key) : done(cancel, savedText(name));
}

function savedText(name: string): string {
  return `Alarms are sent to ${name}. Send a test to see whether they arrive.`;
}

function issuedPage(name: string, key: string): ShownPage {
  const issued = {
    title: `Alarms are sent to ${name}`,
    warning: 'The key is shown only now. Copy it, or leave it if nobody checks signatures.',
    facts: [{ label: 'Key', text: key }],
    blocks: [
      {
        label: 'What is signed',
        text: 'X-TS-Signature: sha256=HMAC-SHA-256(key, X-TS-Timestamp + "." + body)',
      },
    ],
    ...{ next: cancel, nextLabel: 'I have it' },
  };
  return { kind: 'page', view: 'issued', title: name, tab, data: { issued } };
}

function webhookForm(
  target: AlarmTarget | null,
  { name, severity }: { readonly name: string; readonly severity: string },
  refused: Refusal | null = null,
): ShownPage {
  const isNew = target === null;
  const fields: readonly Field[] = [
    {
      ...{ name: 'url', label: 'Address', type: 'password', required: isNew },
      help: isNew
        ? 'https://… It is never shown again: addresses of chat services are secrets.'
        : `Now ${shownTarget(target).where} Empty: as it is.`,
    },
    {
      ...{ name: 'secret', label: 'Key of the signature', type: 'password' },
      help: isNew ? 'Empty: one is made, and shown once.' : 'Empty: as it is. It is never shown.',
    },
    ...(isNew
      ? []
      : [
          {
            name: 'new_secret',
            label: 'Make another key, and show it once',
            type: 'check',
          } as const,
        ]),
  ];
  return targetForm({ target, name, severity, fields, kind: 'webhook' }, refused);
}

interface TypedMail extends MailConfig {
  readonly name: string;
  readonly severity: string;
}

function typedMail(target: AlarmTarget | null): TypedMail {
  const blank = { server: '', from: '', to: [], user: '', password: '' };
  const config = target?.kind === 'mail' ? target.config : blank;
  return { ...config, name: target?.name ?? '', severity: target?.severity ?? 'warning' };
}

function mailOf(form: PageRequest['form'], target: AlarmTarget | null): MailConfig {
  const before = target?.kind === 'mail' ? target.config.password : '';
  const kept = form('clear_password') === 'yes' ? '' : before;
  return {
    ...{ server: form('server'), from: form('from'), user: form('user') },
    to: form('to')
      .split(/[\s,]+/)
      .filter((one) => one !== ''),
    password: form('password') === '' ? kept : form('password'),
  };
}

function mailForm(
  target: AlarmTarget | null,
  typed: TypedMail,
  refused: Refusal | null = null,
): ShownPage {
  const { server, from, to, user, password } = typed;
  const fields: readonly Field[] = [
    {
      ...{ name: 'server', label: 'Mail server', value: server, required: true },
      help: 'smtp://mail.example.net:587 (STARTTLS) or smtps://mail.example.net:465',
    },
    { name: 'from', label: 'From', value: from, required: true },
    { ...{ name: 'to', label: 'To', value: to.join(', '), required: true }, help: 'One or more.' },
    { name: 'user', label: 'User', value: user, help: 'Empty: without a login.' },
    {
      ...{ name: 'password', label: 'Password', type: 'password' },
      help: password === '' ? 'None is set.' : 'There is one; it is never shown. Empty: as it is.',
    },
    ...(password === '' || target === null
      ? []
      : [{ name: 'clear_password', label: 'Remove the password', type: 'check' } as const]),
  ];
  return targetForm({ target, ...typed, fields, kind: 'mail' }, refused);
}

function targetForm(
  form: {
    readonly target: AlarmTarget | null;
    readonly kind: AlarmTarget['kind'];
    readonly name: string;
    readonly severity: string;
    readonly fields: readonly Field[];
  },
  refused: Refusal | null,
): ShownPage {
  const { target, kind, name, severity, fields } = form;
  const what = kind === 'mail' ? 'mail' : 'a webhook';
  const nameField: Field = { name: 'name', label: 'Name', value: name, required: true };
  const severityField: Field = {
    ...{ name: 'severity', label: 'Told from', type: 'select', value: severity },
    choices: [
      { value: 'warning', label: 'warnings and errors' },
      { value: 'error', label: 'errors only' },
    ],
  };
  return formPage(
    tab,
    {
      title: target === null ? `Send alarms by ${what}` : name,
      fields: [...(target === null ? [nameField] : []), ...fields, severityField],
      action: target === null ? `/alarms/add-${kind}` : `/alarms/${name}`,
      ...{ submit: 'Save', cancel },
    },
    refused,
  );
}
