import { randomBytes } from 'node:crypto';
import type { RawSettings } from '../../core/ports.ts';
import type { Database } from '../../system/sqlite.ts';
import type { ValueTable } from './values.ts';

/** A device as the portal knows it. */
export interface Device {
  /** `tdid_` and 8 hex digits; also the name of its TSIG key. */
  readonly id: string;
  readonly nickname: string;
  /** 32 random bytes in base64: TSIG secret and key of the upload signature. */
  readonly autoKey: string;
  /** The public address it comes from, or null when that is not fixed. */
  readonly address: string | null;
  /** Block lists and allow lists of its policy, DNS names. */
  readonly blockLists: readonly string[];
  readonly allowLists: readonly string[];
  /** Further options the portal sets for it, as text. */
  readonly settings: RawSettings;
  /** Grows with every change of the device. */
  readonly serial: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** What is chosen for a new device; the rest is made. */
export type NewDevice = Pick<
  Device,
  'nickname' | 'address' | 'blockLists' | 'allowLists' | 'settings' | 'created'
>;

/** The devices. */
export interface DeviceTable {
  /** Stores a new device with an id and a key of its own. */
  add(device: NewDevice): Device;
  get(id: string): Device | null;
  /** All of them, oldest first. */
  all(): readonly Device[];
  /** Whether a device is registered with this address. */
  hasAddress(address: string): boolean;
}

/** The counter that gives every change of a settings record a new serial. */
export const SETTINGS_SERIAL = 'settings_serial';

interface Row {
  readonly id: string;
  readonly nickname: string;
  readonly auto_key: string;
  readonly address: string | null;
  readonly block_list: string;
  readonly allow_list: string;
  readonly settings: string;
  readonly serial: number;
  readonly created: number;
}

/** The table `devices`. */
export function createDeviceTable(database: Database, values: ValueTable): DeviceTable {
  const select = database.prepare('SELECT * FROM devices WHERE id = ?');
  const selectAll = database.prepare('SELECT * FROM devices ORDER BY created, id');
  const selectAddress = database.prepare('SELECT 1 FROM devices WHERE address = ? LIMIT 1');
  const insert = database.prepare('INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const get = (id: string): Device | null => {
    const row = select.get(id) as Row | undefined;
    return row === undefined ? null : deviceOf(row);
  };
  const add = (chosen: NewDevice): Device => {
    const serial = values.number(SETTINGS_SERIAL) + 1;
    values.set(SETTINGS_SERIAL, String(serial));
    const device = { ...chosen, ...newIdentity(get), serial };
    insert.run(...columnsOf(device));
    return device;
  };
  return {
    get,
    add: (device) => database.transaction(() => add(device)),
    all: () => (selectAll.all() as Row[]).map(deviceOf),
    hasAddress: (address) => selectAddress.get(address) !== undefined,
  };
}

function newIdentity(get: (id: string) => Device | null): { id: string; autoKey: string } {
  let id: string;
  do id = `tdid_${randomBytes(4).toString('hex')}`;
  while (get(id) !== null);
  return { id, autoKey: randomBytes(32).toString('base64') };
}

function columnsOf(device: Device): (string | number | null)[] {
  return [
    device.id,
    device.nickname,
    device.autoKey,
    device.address,
    device.blockLists.join(' '),
    device.allowLists.join(' '),
    JSON.stringify(device.settings),
    device.serial,
    device.created,
  ];
}

function deviceOf(row: Row): Device {
  return {
    id: row.id,
    nickname: row.nickname,
    autoKey: row.auto_key,
    address: row.address,
    blockLists: wordsIn(row.block_list),
    allowLists: wordsIn(row.allow_list),
    settings: JSON.parse(row.settings) as RawSettings,
    serial: row.serial,
    created: row.created,
  };
}

function wordsIn(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
