import type { RawSettings } from '../../core/ports.ts';
import type { Database } from '../../system/sqlite.ts';
import type { ValueTable } from './values.ts';

/** How a device gets its settings: by itself from this portal, or typed in at the device. */
export type Integration = 'auto' | 'manual';

/** How the portal knows the address of a device: a fixed one, or by a name that is looked up again and again. */
export type IpType = 'static' | 'dynamic';

/** What an administrator says about a device. */
export interface DeviceFields {
  /** Unique among the devices that are not retired; may be empty. */
  readonly nickname: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly integration: Integration;
  /** Name of its policy. */
  readonly policy: string | null;
  readonly ipType: IpType;
  /** `static`: its public address, or empty when that is not known. `dynamic`: a fully qualified name. */
  readonly address: string;
  readonly note: string;
  /** Further options the portal sets for it, as text. */
  readonly settings: RawSettings;
}

/** A device as the portal knows it. Its key is asked for apart, so that it is not shown by mistake. */
export interface Device extends DeviceFields {
  /** `tdid_` and 8 hex digits; also the name of its TSIG key. */
  readonly id: string;
  /** Grows with every change of the device. */
  readonly serial: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** When it was taken out of service; null: it is in service. */
  readonly retired: number | null;
}

/** What people call a device: its nickname, else its id. */
export function nameOf({ id, nickname }: Pick<Device, 'id' | 'nickname'>): string {
  return nickname === '' ? id : nickname;
}

/** The devices. */
export interface DeviceTable {
  /** Stores a new device, or the fields of one that is there, under the next settings serial. */
  save(device: Omit<Device, 'serial'>, autoKey: string): Device;
  /** A device, in service or retired. */
  get(id: string): Device | null;
  /** Those in service, oldest first. */
  all(): readonly Device[];
  /** Those that are retired, oldest first. */
  retired(): readonly Device[];
  /** The device in service with this nickname. */
  named(nickname: string): Device | null;
  /** Those in service with this policy. */
  withPolicy(policy: string): readonly Device[];
  /** 32 random bytes in base64: TSIG secret and key of the upload signature. Null: no such device, or it is retired. */
  keyOf(id: string): string | null;
  /** Takes the policy off a retired device. */
  clearPolicy(id: string): void;
}

/** The counter that gives every change of a settings record a new serial. */
export const SETTINGS_SERIAL = 'settings_serial';

interface Row {
  readonly id: string;
  readonly nickname: string;
  readonly auto_key: string;
  readonly settings: string;
  readonly serial: number;
  readonly created: number;
  readonly policy: string | null;
  readonly manufacturer: string;
  readonly model: string;
  readonly integration: Integration;
  readonly ip_type: IpType;
  readonly address: string;
  readonly note: string;
  readonly retired: number | null;
}

const UPSERT = `
  INSERT INTO devices (id, nickname, auto_key, settings, serial, created, policy, manufacturer,
    model, integration, ip_type, address, note, retired)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    nickname = excluded.nickname, auto_key = excluded.auto_key, settings = excluded.settings,
    serial = excluded.serial, policy = excluded.policy, manufacturer = excluded.manufacturer,
    model = excluded.model, integration = excluded.integration, ip_type = excluded.ip_type,
    address = excluded.address, note = excluded.note, retired = excluded.retired,
    resolve_due = NULL`;

/** The table `devices`. */
export function createDeviceTable(database: Database, values: ValueTable): DeviceTable {
  const one = (where: string) => {
    const statement = database.prepare(`SELECT * FROM devices WHERE ${where}`);
    return (value: string): Row | undefined => statement.get(value) as Row | undefined;
  };
  const many = (where: string) => {
    const statement = database.prepare(`SELECT * FROM devices WHERE ${where} ORDER BY created, id`);
    return (...given: readonly string[]) => (statement.all(...given) as Row[]).map(deviceOf);
  };
  const byId = one('id = ?');
  const byNickname = one("retired IS NULL AND nickname = ? AND nickname <> ''");
  const upsert = database.prepare(UPSERT);
  const clearPolicy = database.prepare('UPDATE devices SET policy = NULL WHERE id = ?');
  const orNull = (row: Row | undefined): Device | null =>
    row === undefined ? null : deviceOf(row);
  return {
    save: (fields, autoKey) => {
      const device = { ...fields, serial: values.next(SETTINGS_SERIAL) };
      upsert.run(...columnsOf(device, autoKey));
      return device;
    },
    get: (id) => orNull(byId(id)),
    all: many('retired IS NULL'),
    retired: many('retired IS NOT NULL'),
    named: (nickname) => orNull(byNickname(nickname)),
    withPolicy: many('retired IS NULL AND policy = ?'),
    keyOf: (id) => {
      const row = byId(id);
      return row === undefined || row.retired !== null ? null : row.auto_key;
    },
    clearPolicy: (id) => void clearPolicy.run(id),
  };
}

function columnsOf(device: Device, autoKey: string): (string | number | null)[] {
  return [
    device.id,
    device.nickname,
    autoKey,
    JSON.stringify(device.settings),
    device.serial,
    device.created,
    device.policy,
    device.manufacturer,
    device.model,
    device.integration,
    device.ipType,
    device.address,
    device.note,
    device.retired,
  ];
}

function deviceOf(row: Row): Device {
  return {
    id: row.id,
    nickname: row.nickname,
    manufacturer: row.manufacturer,
    model: row.model,
    integration: row.integration,
    policy: row.policy,
    ipType: row.ip_type,
    address: row.address,
    note: row.note,
    settings: JSON.parse(row.settings) as RawSettings,
    serial: row.serial,
    created: row.created,
    retired: row.retired,
  };
}
