import { openCertificate } from '../certificate.ts';
import { DEVICE_OPTIONS } from '../model/device-fields.ts';
import { NotFoundError } from '../model/change.ts';
import {
  addDevice,
  editDevice,
  renewDeviceKey,
  retireDevice,
  type DeviceRequest,
  type IssuedDevice,
} from '../model/devices.ts';
import { addCommandOf } from '../model/link.ts';
import { portalPlace } from '../place.ts';
import type { Store } from '../store.ts';
import type { Device } from '../tables/devices.ts';
import {
  FLAG,
  TEXT,
  TEXTS,
  stateOf,
  textOf,
  textsOf,
  usageError,
  withChange,
  withStore,
  type OptionValues,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { JSON_OPTION, columns, printResult, timeText } from './output.ts';

const FIELDS = {
  nickname: TEXT,
  manufacturer: TEXT,
  model: TEXT,
  integration: TEXT,
  policy: TEXT,
  address: TEXT,
  fqdn: TEXT,
  note: TEXT,
  set: TEXTS,
} as const;
const USAGE =
  '[--nickname NAME] [--policy NAME] [--address IP | --fqdn NAME] [--note TEXT] [--manufacturer TEXT] [--model TEXT] [--integration auto|manual] [--set OPTION=VALUE]…';

const add: PortalCommand = {
  words: ['device', 'add'],
  operands: [],
  options: FIELDS,
  usage: USAGE,
  about: [
    'Makes a device and prints its id, its key and the command that links it. The key is not shown again.',
    '--address is its fixed public address; --fqdn a name that is looked up again every few minutes.',
  ],
  run: (context, values) =>
    withChange(context, values, async (change) => {
      // First, so that no device is made whose command cannot be told.
      const tell = await linkTeller(context, values, change.store);
      context.print(tell(addDevice(change, requestOf(values, null))));
    }),
};

const edit: PortalCommand = {
  words: ['device', 'edit'],
  operands: ['ID'],
  options: { ...FIELDS, unset: TEXTS },
  usage: `${USAGE} [--unset OPTION]…`,
  about: ['Changes a device; it hears of it with its next look at the portal.'],
  run: (context, values, [id = '']) =>
    withChange(context, values, (change) => {
      const device = editDevice(change, id, requestOf(values, deviceNamed(change.store, id)));
      context.print(`${device.id}: settings serial ${device.serial}\n`);
    }),
};

const key: PortalCommand = {
  words: ['device', 'key'],
  operands: ['ID'],
  options: {},
  about: ['Gives a device another key and prints it, once; the one before counts no more.'],
  run: (context, values, [id = '']) =>
    withChange(context, values, async (change) => {
      const tell = await linkTeller(context, values, change.store);
      context.print(tell(renewDeviceKey(change, id)));
    }),
};

const retire: PortalCommand = {
  words: ['device', 'retire'],
  operands: ['ID'],
  options: {},
  about: ['Takes a device out of service: its key and address count no more, its hits stay.'],
  run: (context, values, [id = '']) =>
    withChange(context, values, (change) => {
      context.print(`${retireDevice(change, id).id}: retired\n`);
    }),
};

const list: PortalCommand = {
  words: ['device', 'list'],
  operands: [],
  options: { ...JSON_OPTION, retired: FLAG },
  usage: '[--retired] [--json]',
  about: ['Lists the devices.'],
  run: (context, values) =>
    withStore(values, ({ devices }) => {
      const shown = values['retired'] === true ? devices.retired() : devices.all();
      printResult(context, values, shown, (all) =>
        columns([
          ['ID', 'NICKNAME', 'POLICY', 'ADDRESS', 'SINCE'],
          ...all.map(({ id, nickname, policy, address, created }) => [
            id,
            nickname,
            policy ?? '',
            address,
            timeText(created),
          ]),
        ]),
      );
    }),
};

const show: PortalCommand = {
  words: ['device', 'show'],
  operands: ['ID'],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Shows a device, without its key.'],
  run: (context, values, [id = '']) =>
    withStore(values, (store) => {
      const device = { ...deviceNamed(store, id), addresses: store.addresses.of(id) };
      printResult(context, values, device, (one) =>
        columns(
          Object.entries(one).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      );
    }),
};

/** `ts-portal device …`. */
export const DEVICE_COMMANDS: readonly PortalCommand[] = [add, edit, key, retire, list, show];

function deviceNamed(store: Store, id: string): Device {
  const device = store.devices.get(id);
  if (device === null) throw new NotFoundError('device', id);
  return device;
}

function requestOf(values: OptionValues, before: Device | null): DeviceRequest {
  const request: Record<string, unknown> = {};
  for (const name of ['nickname', 'manufacturer', 'model', 'integration', 'policy', 'note']) {
    const text = textOf(values, name);
    if (text !== undefined) request[name] = text;
  }
  const [address, fqdn] = [textOf(values, 'address'), textOf(values, 'fqdn')];
  if (address !== undefined && fqdn !== undefined) {
    throw usageError('a device has --address or --fqdn, not both');
  }
  if (address !== undefined) Object.assign(request, { ipType: 'static', address });
  if (fqdn !== undefined) Object.assign(request, { ipType: 'dynamic', address: fqdn });
  return { ...request, settings: settingsOf(values, before) };
}

function settingsOf(values: OptionValues, before: Device | null): DeviceRequest['settings'] & {} {
  const settings: Record<string, string> = { ...before?.settings };
  for (const pair of textsOf(values, 'set')) {
    const [name = '', ...rest] = pair.split('=');
    if (rest.length === 0) throw usageError(`--set ${name}: it is --set OPTION=VALUE`);
    settings[name] = rest.join('=');
  }
  const unset = new Set(textsOf(values, 'unset'));
  for (const name of unset) {
    if (!DEVICE_OPTIONS.some((option) => option === name)) {
      throw usageError(`--unset ${name}: there is no such option`);
    }
  }
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !unset.has(name)));
}

async function linkTeller(
  context: PortalCommandContext,
  values: OptionValues,
  store: Store,
): Promise<(device: IssuedDevice) => string> {
  const { addresses } = portalPlace(store);
  const now = context.clock.now();
  const { pin } = await openCertificate(stateOf(values), addresses.settings.host, now);
  return (device) =>
    [
      `device id  ${device.id}`,
      `auto key   ${device.autoKey}`,
      '',
      'Run this on the device:',
      addCommandOf(device, addresses, pin),
      '',
    ].join('\n');
}
