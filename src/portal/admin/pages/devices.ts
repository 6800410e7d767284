import { isOptionName } from '../../../config/options.ts';
import { NotFoundError } from '../../model/change.ts';
import { DEVICE_OPTIONS } from '../../model/device-fields.ts';
import {
  addDevice,
  editDevice,
  renewDeviceKey,
  retireDevice,
  type IssuedDevice,
} from '../../model/devices.ts';
import { addCommandOf } from '../../model/link.ts';
import { fleetDeviceOf } from '../../fleet/fleet.ts';
import type { Store } from '../../store.ts';
import { nameOf, type Device } from '../../tables/devices.ts';
import {
  deviceFields,
  deviceForm,
  deviceSetting,
  deviceSettings,
  readDeviceForm,
  type DeviceForm,
} from '../device-form.ts';
import {
  countCell,
  formPage,
  refusalOf,
  timeCell,
  type Action,
  type Cell,
  type Refusal,
} from '../form.ts';
import { done, type PageAnswer, type PageRequest, type ShownPage } from '../page.ts';
import { enforcedCell, stateCell } from './fleet.ts';

const tab = 'devices';

/** All devices in service, and those that are retired. */
export function showDevices({ change, now, notice }: PageRequest): PageAnswer {
  const { devices } = change.store;
  const columns = ['Device', 'Nickname', 'Policy', 'Address', 'Last heard of', 'Since'];
  const rows = devices.all().map((device) => rowOf(change.store, device, now));
  const retired = devices
    .retired()
    .map(({ id, nickname, retired: time }) => [
      { text: id },
      { text: nickname },
      timeCell(time, now),
    ]);
  const tables = [
    {
      ...{ title: 'Devices', columns, rows, empty: 'There is no device yet.' },
      actions: [
        { label: 'Add a device', path: '/devices/add' },
        { label: 'Who may ask', path: '/access' },
      ],
    },
    ...(retired.length === 0
      ? []
      : [
          {
            title: 'Retired',
            columns: ['Device', 'Nickname', 'Retired'],
            rows: retired,
            empty: '',
          },
        ]),
  ];
  return { kind: 'page', view: 'table', title: 'Devices', tab, notice, data: { tables } };
}

function rowOf(
  store: Store,
  { id, nickname, policy, address, created }: Device,
  now: number,
): Cell[] {
  return [
    { text: id, href: `/devices/${id}` },
    { text: nickname },
    policy === null
      ? { text: 'none', tone: 'warn' }
      : { text: policy, href: `/policies/${policy}` },
    { text: address },
    timeCell(store.beacons.get(id)?.received ?? null, now),
    timeCell(created, now),
  ];
}

/** The form of a new device. */
export function showAddDevice(request: PageRequest): PageAnswer {
  return devicePage(request, null, deviceForm(null));
}

/** Makes a device and shows its key, once. */
export function saveNewDevice(request: PageRequest): PageAnswer {
  const form = readDeviceForm(request, null);
  return trying(request, null, form, () =>
    issuedPage(request, addDevice(request.change, form.request)),
  );
}

/** A device. */
export function showDevice(request: PageRequest): PageAnswer {
  const device = deviceOf(request);
  return { ...devicePage(request, device, deviceForm(device)), notice: request.notice };
}

/** Changes a device. */
export function saveDevice(request: PageRequest): PageAnswer {
  const device = deviceOf(request);
  const form = readDeviceForm(request, device);
  return trying(request, device, form, () => {
    const saved = editDevice(request.change, device.id, form.request);
    return done(
      `/devices/${saved.id}`,
      `${nameOf(saved)} is saved. It hears of it with its next look at the portal.`,
    );
  });
}

/** Says what is wrong with the field `?field=`, as the form stands now. Nothing is changed. */
export function checkDeviceSetting(request: PageRequest): PageAnswer {
  const name = request.query('field');
  if (!isOptionName(name) || !DEVICE_OPTIONS.includes(name))
    throw new NotFoundError('option', name);
  const setting = deviceSetting(readDeviceForm(request, null), name);
  const data = { setting, failure: '' };
  return { kind: 'page', view: 'device', part: 'setting-help', title: 'Device', tab, data };
}

/** Asks whether a device is to be retired. */
export function confirmRetire(request: PageRequest): PageAnswer {
  const device = deviceOf(request);
  const { id } = device;
  return formPage(tab, {
    title: `Retire ${nameOf(device)}?`,
    intro:
      'Its key and its address count no more, for good: it gets no settings, and its uploads are refused. Its hits stay.',
    ...{ fields: [], action: `/devices/${id}/retire`, submit: 'Retire it', danger: true },
    cancel: `/devices/${id}`,
  });
}

/** Takes a device out of service. */
export function retire({ change, param }: PageRequest): PageAnswer {
  const { id } = retireDevice(change, param('id'));
  return done('/devices', `${id} is retired.`);
}

/** Gives a device another key and shows it, once. */
export function renewKey(request: PageRequest): PageAnswer {
  return issuedPage(request, renewDeviceKey(request.change, request.param('id')));
}

function deviceOf({ change, param }: PageRequest): Device {
  const device = change.store.devices.get(param('id'));
  if (device === null || device.retired !== null) throw new NotFoundError('device', param('id'));
  return device;
}

function trying(
  request: PageRequest,
  device: Device | null,
  form: DeviceForm,
  work: () => PageAnswer,
): PageAnswer {
  try {
    if (form.errors.size === 0) return work();
    const notice = { tone: 'danger', message: 'Nothing was saved: some settings cannot be used.' };
    const refused = { status: 422, notice: { ...notice, remedy: '', notes: [] } } as Refusal;
    return devicePage(request, device, form, refused);
  } catch (thrown) {
    return devicePage(request, device, form, refusalOf(thrown));
  }
}

function devicePage(
  request: PageRequest,
  device: Device | null,
  form: DeviceForm,
  refused: Refusal | null = null,
): ShownPage {
  const id = device?.id ?? '';
  const title = device === null ? 'Add a device' : nameOf(device);
  const data = {
    form: {
      title,
      action: device === null ? '/devices/add' : `/devices/${id}`,
      fields: deviceFields(request.change.store, form),
      submit: device === null ? 'Add device' : 'Save',
      settings: 'Settings that the portal sets',
      settingsHelp: 'What is empty is left to the device: its own setting, or the default.',
    },
    groups: deviceSettings(form),
    open: form.errors.size > 0,
    facts: device === null ? [] : factsOf(request, device),
    actions: device === null ? [] : [keyAction(id)],
    links: [
      { label: 'Its hits', path: `/reports?device=${id}` },
      { label: 'Retire…', path: `/devices/${id}/retire` },
    ],
  };
  return { kind: 'page', view: 'device', title, tab, ...refused, data };
}

function keyAction(id: string): Action {
  const path = `/devices/${id}/key`;
  return { id: 'ts-key', path, label: 'Make a new key', busy: 'Making…', style: 'btn-default' };
}

function factsOf(
  { change: { store }, now, listening }: PageRequest,
  device: Device,
): { label: string; cell: Cell }[] {
  const { id, created } = device;
  const { batches, lines } = store.batches.counts(id);
  const inFleet = fleetDeviceOf(store, device, { now, listening });
  const { version, platform, heard, lastRefresh } = inFleet;
  return [
    { label: 'Device id', cell: { text: id } },
    { label: 'Made', cell: timeCell(created, now) },
    { label: 'State', cell: stateCell(inFleet) },
    { label: 'Enforces', cell: enforcedCell(inFleet) },
    { label: 'Version', cell: { text: version === '' ? 'not told' : `${version} ${platform}` } },
    { label: 'Last heard', cell: timeCell(heard, now) },
    { label: 'Last refresh', cell: timeCell(lastRefresh, now) },
    { label: 'Comes from', cell: { text: store.addresses.of(id).join(', ') || 'not known' } },
    { label: 'Uploads', cell: countCell(batches) },
    { label: 'Log lines', cell: countCell(lines) },
  ];
}

function issuedPage({ addresses, pin }: PageRequest, device: IssuedDevice): ShownPage {
  const title = nameOf(device);
  const issued = {
    title: `${title} is ready to be linked`,
    warning: 'The key is shown only now. Copy it before you leave this page.',
    facts: [
      { label: 'Device id', text: device.id },
      { label: 'Device key', text: device.autoKey },
    ],
    blocks: [
      { label: 'Run this on the device, as root', text: addCommandOf(device, addresses(), pin) },
    ],
    ...{ next: `/devices/${device.id}`, nextLabel: 'I have it' },
  };
  return { kind: 'page', view: 'issued', title, tab, data: { issued } };
}
