/** The form of a device: its fields, and the options of the table that the portal may set for it. */
import { settingError } from '../../site/setting-error.ts';
import { options, type OptionName } from '../../config/options.ts';
import { formatOption } from '../../config/settings.ts';
import type { RawSettings } from '../../core/ports.ts';
import type { SettingGroupView, SettingView } from '../../site/setting-view.ts';
import { settingLabel } from '../../site/setting-labels.ts';
import { optionGroups } from '../../site/settings-groups.ts';
import { DEVICE_OPTIONS } from '../model/device-fields.ts';
import type { DeviceRequest } from '../model/devices.ts';
import type { Store } from '../store.ts';
import type { Device, Integration, IpType } from '../tables/devices.ts';
import type { Field } from './form.ts';
import type { PageRequest } from './page.ts';

/** What was typed. */
export interface DeviceForm {
  readonly request: DeviceRequest;
  readonly settings: RawSettings;
  /** What is wrong with a setting, by option. */
  readonly errors: ReadonlyMap<string, string>;
}

/** The form of a device as it is; null: of a new one. */
export function deviceForm(device: Device | null): DeviceForm {
  return { request: device ?? {}, settings: device?.settings ?? {}, errors: new Map() };
}

/** The form as posted. A secret that is not typed stays; an empty option is not set. */
export function readDeviceForm(
  { form, given }: Pick<PageRequest, 'form' | 'given'>,
  device: Device | null,
): DeviceForm {
  const settings: Record<string, string> = {};
  const errors = new Map<string, string>();
  for (const name of DEVICE_OPTIONS) {
    const text = typedSetting(name, { form, given }, device?.settings[name] ?? '');
    if (text === '') continue;
    settings[name] = text;
    const error = settingError(name, text);
    if (error !== '') errors.set(name, error);
  }
  const request: DeviceRequest = {
    nickname: form('nickname'),
    manufacturer: form('manufacturer'),
    model: form('model'),
    note: form('note'),
    address: form('address'),
    policy: form('policy') === '' ? null : form('policy'),
    // What cannot be used is refused by the model.
    integration: form('integration') as Integration,
    ipType: form('ip_type') as IpType,
    settings,
  };
  return { request, settings, errors };
}

function typedSetting(
  name: OptionName,
  { form, given }: Pick<PageRequest, 'form' | 'given'>,
  before: string,
): string {
  if (given(name) === null) return before;
  if (!options[name].secret) return form(name);
  if (form(`clear_${name}`) === 'yes') return '';
  return form(name) === '' ? before : form(name);
}

const NEW = {
  ...{ nickname: '', manufacturer: '', model: '', integration: 'auto', note: '' },
  ...{ ipType: 'static', address: '' },
};

/** The fields that are no options. */
export function deviceFields(store: Store, { request }: DeviceForm): readonly Field[] {
  const policies = store.policies.all().map(({ name }) => ({ value: name, label: name }));
  const fields = { ...NEW, policy: policies[0]?.value ?? null, ...request };
  return [
    {
      name: 'nickname',
      label: 'Nickname',
      value: fields.nickname,
      help: 'A name of its own; may be empty.',
    },
    {
      ...{ name: 'policy', label: 'Policy', type: 'select', value: fields.policy ?? '' },
      choices: [...policies, { value: '', label: 'none' }],
    },
    {
      ...{ name: 'ip_type', label: 'Public address', type: 'select' },
      value: fields.ipType,
      choices: [
        { value: 'static', label: 'static: an IP address' },
        { value: 'dynamic', label: 'dynamic: a name that is looked up every 5 minutes' },
      ],
    },
    {
      ...{ name: 'address', label: 'IP address or full name', value: fields.address },
      help: 'From there it may ask for policies. Empty: not known; it then has to sign its queries.',
    },
    { name: 'manufacturer', label: 'Manufacturer', value: fields.manufacturer },
    { name: 'model', label: 'Model', value: fields.model },
    {
      ...{
        name: 'integration',
        label: 'Integration',
        type: 'select',
        value: fields.integration,
      },
      choices: [
        { value: 'auto', label: 'automatic: it gets its settings from here' },
        { value: 'manual', label: 'manual: settings are typed in at the device' },
      ],
    },
    { name: 'note', label: 'Note', value: fields.note },
  ];
}

/** The options, by group, as the settings page of the agent shows them. */
export function deviceSettings(form: DeviceForm): readonly SettingGroupView[] {
  return optionGroups()
    .map(({ title, names }, index) => ({
      id: `ts-group-${index}`,
      title,
      settings: names
        .filter((name) => DEVICE_OPTIONS.includes(name))
        .map((name) => deviceSetting(form, name)),
    }))
    .filter(({ settings }) => settings.length > 0);
}

/** One option. */
export function deviceSetting({ settings, errors }: DeviceForm, name: OptionName): SettingView {
  const { description, unit, secret, choices } = options[name];
  const text = settings[name] ?? '';
  const isSet = text !== '';
  return {
    ...{ name, description, unit, secret, isSet },
    // The first choice is the empty one: the device decides.
    choices: choices.length === 0 ? [] : ['', ...choices],
    label: settingLabel(name),
    check: '/devices/check',
    usual: secret ? '' : formatOption(name, options[name].default),
    origin: isSet ? 'portal' : 'default',
    originText: isSet ? 'set here' : 'not set',
    value: secret ? '' : text,
    number: typeof options[name].default === 'number',
    settable: true,
    reason: '',
    error: errors.get(name) ?? '',
    changed: false,
  };
}
