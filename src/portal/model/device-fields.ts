import { isIP } from 'node:net';
import { isOptionName, maySet, optionNames, type OptionName } from '../../config/options.ts';
import { parseOption } from '../../config/settings.ts';
import { FormatError, SettingsError, printable } from '../../core/errors.ts';
import type { RawSettings } from '../../core/ports.ts';
import { formatPrefix, parsePrefix } from '../../core/prefix-text.ts';
import { checkName } from '../../protocol/dns-name.ts';
import type { Store } from '../store.ts';
import type { DeviceFields } from '../tables/devices.ts';
import { NotFoundError, checkNote } from './change.ts';

/** Options that follow from other fields of a device. */
const DERIVED: readonly OptionName[] = ['nickname', 'block_list', 'allow_list'];
const LABEL = /^[\p{L}\p{N} ()+,./&_-]{0,80}$/u;

/** The options that can be set for a device, in the order of the option table. */
export const DEVICE_OPTIONS: readonly OptionName[] = optionNames.filter(
  (name) => maySet('portal', name) && !DERIVED.includes(name),
);

/** The fields, checked and in their canonical form. @throws SettingsError naming what cannot be used */
export function checkDeviceFields(store: Store, fields: DeviceFields): DeviceFields {
  const { policy, ipType, address } = fields;
  if (policy !== null && store.policies.get(policy) === null) {
    throw new NotFoundError('policy', policy);
  }
  return {
    nickname: parseOption('nickname', fields.nickname),
    manufacturer: checkLabel('manufacturer', fields.manufacturer),
    model: checkLabel('model', fields.model),
    integration: checkChoice('integration', fields.integration, ['auto', 'manual']),
    policy,
    ipType: checkChoice('IP type', ipType, ['static', 'dynamic']),
    address: ipType === 'static' ? checkAddress(address) : checkHostName(address),
    note: checkNote(fields.note),
    settings: checkSettings(fields.settings),
  };
}

/** The address as sockets tell it; empty stays empty. */
function checkAddress(address: string): string {
  if (address === '') return '';
  if (isIP(address) !== 0) return formatPrefix(parsePrefix(address));
  throw new SettingsError(`the address "${printable(address.slice(0, 80))}" is not an IP address`, {
    remedy: 'For a name that is looked up again and again choose the IP type dynamic.',
  });
}

function checkHostName(name: string): string {
  try {
    const checked = checkName(name);
    if (checked.includes('.') && isIP(checked) === 0) return checked;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  const shown = printable(name.slice(0, 80));
  throw new SettingsError(`the address "${shown}" is not a fully qualified name`, {
    remedy: 'A device of the IP type dynamic needs one, e.g. fw1.dyn.example.com.',
  });
}

function checkLabel(field: string, text: string): string {
  if (LABEL.test(text)) return text;
  throw new SettingsError(`the ${field} "${printable(text.slice(0, 90))}" is not usable`, {
    remedy: 'Use up to 80 letters, digits and simple signs.',
  });
}

function checkChoice<T extends string>(field: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new SettingsError(`the ${field} "${printable(value.slice(0, 40))}" is not usable`, {
    remedy: `Use ${choices.join(' or ')}.`,
  });
}

function checkSettings(settings: RawSettings): RawSettings {
  for (const [name, value] of Object.entries(settings)) {
    if (!isOptionName(name) || !DEVICE_OPTIONS.includes(name)) {
      const why = DERIVED.some((derived) => derived === name)
        ? 'follows from the nickname or the policy of the device'
        : 'cannot be set by the portal';
      throw new SettingsError(`option ${printable(name.slice(0, 60))} ${why}`);
    }
    parseOption(name, value);
  }
  return settings;
}
