import { encodeSettings } from '../../protocol/settings-record.ts';
import { encodeTxt } from '../../protocol/dns-message.ts';
import { TYPE } from '../../protocol/dns-types.ts';
import { REFUSED, refuseOutside, refuseTransfer, requireKey } from '../dns/refusals.ts';
import { chain, type Answer, type Query, type Resolver } from '../dns/resolver.ts';
import { negative, positive } from '../dns/start-of-authority.ts';
import type { Device } from '../tables/devices.ts';
import { CONFIG_ZONE, settingsNameOf } from '../zone/names.ts';
import type { PortalPlace } from '../place.ts';
import { settingsRecordOf, type DevicePolicy } from './record.ts';

/** Nobody may keep a settings record: it is for one device and may change any time. */
const SETTINGS_TTL_SECONDS = 0;

/** What the settings service needs to know. */
export interface SettingsSource {
  /** A device in service. */
  device(id: string): Device | null;
  policy(name: string): DevicePolicy | null;
  place(): PortalPlace;
}

/** The settings service: what is answered, in this order. */
export function settingsResolvers(source: SettingsSource): (query: Query) => Answer {
  return chain(
    // First: without a key nobody is told anything, not even which devices there are.
    requireKey,
    refuseTransfer,
    refuseOutside(CONFIG_ZONE),
    // Before the record: a device may ask for its own name only, whether another exists or not.
    ({ question, keyName }) => (question.name === settingsNameOf(keyName ?? '') ? null : REFUSED),
    resolveRecord(source),
    // Last: the device's name exists, but has nothing of the type asked for.
    () => negative(CONFIG_ZONE, source.place().serial, true),
  );
}

function resolveRecord(source: SettingsSource): Resolver {
  return ({ question, keyName }) => {
    const device = source.device(keyName ?? '');
    if (device === null || (question.type !== TYPE.TXT && question.type !== TYPE.ANY)) return null;
    const policy = device.policy === null ? null : source.policy(device.policy);
    const record = settingsRecordOf(device, policy, source.place());
    const rdata = encodeTxt(encodeSettings(record));
    return positive([{ name: question.name, type: TYPE.TXT, ttl: SETTINGS_TTL_SECONDS, rdata }]);
  };
}
