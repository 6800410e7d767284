/** The set-up form: which fields, what was typed, what is wrong with it. */
import { AgentError } from '../core/errors.ts';
import type { RawSettings } from '../core/ports.ts';
import { formatOption, parseOption } from '../config/settings.ts';
import { isOptionName, options } from '../config/options.ts';
import type { AddOptions } from '../tasks/agent.ts';
import { fieldLabels } from '../site/setting-labels.ts';
import { texts } from './texts.ts';

/** Kind of installation. */
export type AddType = 'auto' | 'manual';
type FieldName = keyof typeof fieldLabels;

interface FieldRule {
  readonly name: FieldName;
  readonly required?: boolean;
  /** Shown only when the administrator asks for more. */
  readonly advanced?: boolean;
}

const fieldsOf: Readonly<Record<AddType, readonly FieldRule[]>> = {
  auto: [
    { name: 'device_id', required: true },
    { name: 'auto_key', required: true },
    { name: 'settings_server', advanced: true },
    { name: 'settings_port', advanced: true },
    { name: 'settings_zone', advanced: true },
    { name: 'portal_ca', advanced: true },
    { name: 'portal_pin', advanced: true },
  ],
  manual: [
    { name: 'device_id', required: true },
    { name: 'block_list', required: true },
    { name: 'allow_list' },
    { name: 'nickname' },
    { name: 'dns_server', advanced: true },
    { name: 'port', advanced: true },
    { name: 'log_url', advanced: true },
  ],
};

/** What was typed. */
export interface AddForm {
  readonly type: AddType;
  /** What is not empty, and the type. */
  readonly settings: RawSettings;
  readonly options: AddOptions;
  /** What is wrong, by field. */
  readonly errors: ReadonlyMap<string, string>;
}

/** One field for the template. */
export interface FieldView {
  readonly name: FieldName;
  readonly label: string;
  readonly description: string;
  /** The default as text, or empty. */
  readonly usual: string;
  readonly unit: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** Never holds a secret. */
  readonly value: string;
  /** Empty when it is right. */
  readonly error: string;
}

/** The form for the template. */
export interface AddFormView {
  readonly type: AddType;
  readonly fields: readonly FieldView[];
  readonly advanced: readonly FieldView[];
  /** Whether the advanced fields are open: one of them was filled in. */
  readonly open: boolean;
  readonly options: AddOptions;
}

/** The form before anything was typed: both checks on. */
export function emptyAddForm(type: AddType): AddForm {
  const checks = { checkValidIp: true, checkPolicy: true };
  return { type, settings: { type }, options: checks, errors: new Map() };
}

/** The form as posted. Fields of the other type are ignored. */
export function readAddForm(form: (name: string) => string): AddForm {
  const type = form('type') === 'manual' ? 'manual' : 'auto';
  const typed = fieldsOf[type].map(({ name }) => [name, form(name)] as const);
  return {
    type,
    settings: { type, ...Object.fromEntries(typed.filter(([, value]) => value !== '')) },
    options: {
      checkValidIp: form('check_valid_ip') === 'yes',
      checkPolicy: form('check_policy') === 'yes',
    },
    errors: new Map(),
  };
}

/** The form as it may be kept: what is secret has to be typed again. */
export function withoutSecrets(form: AddForm): AddForm {
  const open = Object.entries(form.settings).filter(
    ([name]) => !isOptionName(name) || !options[name].secret,
  );
  return { ...form, settings: Object.fromEntries(open) };
}

/** The form with an error for every field that is missing or cannot be used. */
export function checkAddForm(form: AddForm): AddForm {
  const errors = new Map<string, string>();
  for (const rule of fieldsOf[form.type]) {
    const error = fieldError(rule, form.settings[rule.name] ?? '');
    if (error !== '') errors.set(rule.name, error);
  }
  return { ...form, errors };
}

function fieldError({ name, required }: FieldRule, value: string): string {
  if (value === '') return required === true ? texts.add.missing : '';
  try {
    parseOption(name, value);
    return '';
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return thrown.remedy;
  }
}

/** The form for the template. */
export function addFormView(form: AddForm): AddFormView {
  const shown = fieldsOf[form.type].map((rule) => ({ rule, view: fieldView(rule, form) }));
  const advanced = shown.filter(({ rule }) => rule.advanced === true).map(({ view }) => view);
  return {
    type: form.type,
    fields: shown.filter(({ rule }) => rule.advanced !== true).map(({ view }) => view),
    advanced,
    open: advanced.some(({ value, error }) => value !== '' || error !== ''),
    options: form.options,
  };
}

function fieldView({ name, required = false }: FieldRule, form: AddForm): FieldView {
  const { description, secret, unit } = options[name];
  return {
    name,
    label: fieldLabels[name],
    description,
    usual: formatOption(name, options[name].default),
    unit,
    required,
    secret,
    value: secret ? '' : (form.settings[name] ?? ''),
    error: form.errors.get(name) ?? '',
  };
}
