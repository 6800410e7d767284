import { randomBytes } from 'node:crypto';
import type { Store } from '../store.ts';
import type { Device, DeviceFields } from '../tables/devices.ts';
import { ConflictError, NotFoundError, audited, differenceOf, type Change } from './change.ts';
import { checkDeviceFields } from './device-fields.ts';
import { STARTER_POLICY } from './names.ts';

/** A device with its key, which is told once: when it is made. */
export interface IssuedDevice extends Device {
  /** 32 random bytes in base64. */
  readonly autoKey: string;
}

/** What may be given for a device; the rest has defaults. */
export type DeviceRequest = Partial<DeviceFields>;

const BLANK: DeviceFields = {
  nickname: '',
  manufacturer: '',
  model: '',
  integration: 'auto',
  policy: STARTER_POLICY,
  ipType: 'static',
  address: '',
  note: '',
  settings: {},
};

/**
 * Makes a device with an id and a key of its own; a server that runs on the same state knows it at once.
 * @throws SettingsError naming what cannot be used; ConflictError for a nickname that is taken
 */
export function addDevice(change: Change, request: DeviceRequest = {}): IssuedDevice {
  const { store, clock } = change;
  return audited(change, () => {
    const fields = checkDeviceFields(store, { ...BLANK, ...request });
    checkNickname(store, fields.nickname, null);
    const autoKey = newKey();
    const identity = { id: newId(store), created: clock.now(), retired: null };
    const device = store.devices.save({ ...fields, ...identity }, autoKey);
    keepAddress(store, device);
    const details = differenceOf(BLANK, fields);
    return { result: { ...device, autoKey }, action: 'device add', target: device.id, details };
  });
}

/**
 * Changes some fields of a device; `settings` as a whole.
 * @throws NotFoundError; ConflictError for a nickname that is taken; SettingsError
 */
export function editDevice(change: Change, id: string, request: DeviceRequest): Device {
  const { store } = change;
  return audited(change, () => {
    const { device: before, autoKey } = inService(store, id);
    const after = { ...before, ...checkDeviceFields(store, { ...before, ...request }) };
    checkNickname(store, after.nickname, id);
    const details = differenceOf(before, after);
    const result = details === '' ? before : store.devices.save(after, autoKey);
    if (result.address !== before.address || result.ipType !== before.ipType) {
      keepAddress(store, result);
    }
    return { result, action: 'device edit', target: id, details };
  });
}

/**
 * Takes a device out of service: its key and its address count no more; its hits stay.
 * @throws NotFoundError
 */
export function retireDevice(change: Change, id: string): Device {
  const { store, clock } = change;
  return audited(change, () => {
    const { device } = inService(store, id);
    // The key is replaced, so that it is nowhere any more.
    const result = store.devices.save({ ...device, retired: clock.now() }, newKey());
    store.addresses.set(id, []);
    return { result, action: 'device retire', target: id };
  });
}

/** Gives a device another key; the one before counts no more. @throws NotFoundError */
export function renewDeviceKey(change: Change, id: string): IssuedDevice {
  const { store } = change;
  return audited(change, () => {
    const autoKey = newKey();
    const device = store.devices.save(inService(store, id).device, autoKey);
    return { result: { ...device, autoKey }, action: 'device key', target: id };
  });
}

function inService(store: Store, id: string): { device: Device; autoKey: string } {
  const device = store.devices.get(id);
  const autoKey = store.devices.keyOf(id);
  if (device === null || autoKey === null) throw new NotFoundError('device in service', id);
  return { device, autoKey };
}

function checkNickname(store: Store, nickname: string, own: string | null): void {
  const other = store.devices.named(nickname);
  if (other === null || other.id === own) return;
  throw new ConflictError(`the nickname ${nickname} is that of ${other.id}`, {
    remedy: 'Each device needs a nickname of its own.',
  });
}

/** A fixed address counts at once; a name is looked up by the server. */
function keepAddress(store: Store, { id, ipType, address }: Device): void {
  store.addresses.set(id, ipType === 'static' && address !== '' ? [address] : []);
}

function newId(store: Store): string {
  let id: string;
  do id = `tdid_${randomBytes(4).toString('hex')}`;
  while (store.devices.get(id) !== null);
  return id;
}

function newKey(): string {
  return randomBytes(32).toString('base64');
}
