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
import { PAGE_QUERY, pageFrom, pageOf } from './page.ts';
import type { ApiRequest, ApiRoute } from './route.ts';
import { NUMBER, TEXT, TIME, object, type Schema } from './schema.ts';

const fields: Readonly<Record<string, Schema>> = {
  nickname: TEXT,
  manufacturer: TEXT,
  model: TEXT,
  integration: { type: 'string', enum: ['auto', 'manual'] },
  policy: { type: ['string', 'null'] },
  ipType: { type: 'string', enum: ['static', 'dynamic'] },
  address: TEXT,
  note: TEXT,
  settings: { type: 'object', additionalProperties: TEXT },
};
const whole = {
  ...fields,
  id: TEXT,
  serial: NUMBER,
  created: NUMBER,
  retired: TIME,
};
const device = object(whole);
const issued = object({ ...whole, autoKey: TEXT, command: TEXT });
const request = object(fields, []);

/** `/v1/devices`. */
export const DEVICE_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/devices', scope: 'devices:read', status: 200 },
    ...{
      summary: 'Devices in service, oldest first',
      query: PAGE_QUERY,
      answer: pageOf(device),
    },
    run: (asked) => pageFrom(asked, asked.store.devices.all(), ({ id }) => id),
  },
  {
    ...{
      method: 'post',
      path: '/devices',
      scope: 'devices:write',
      status: 201,
    },
    ...{
      summary: 'Makes a device; its key and the command that links it are told only now',
    },
    ...{ body: request, answer: issued },
    run: (asked) => withCommand(asked, addDevice(asked.change, asked.body as DeviceRequest)),
  },
  {
    ...{
      method: 'get',
      path: '/devices/{id}',
      scope: 'devices:read',
      status: 200,
    },
    ...{ summary: 'A device, in service or retired', answer: device },
    run: ({ store, param }) => {
      const found = store.devices.get(param('id'));
      if (found === null) throw new NotFoundError('device', param('id'));
      return found;
    },
  },
  {
    ...{
      method: 'patch',
      path: '/devices/{id}',
      scope: 'devices:write',
      status: 200,
    },
    ...{
      summary: 'Changes some fields; settings as a whole',
      body: request,
      answer: device,
    },
    run: ({ change, param, body }) => editDevice(change, param('id'), body as DeviceRequest),
  },
  {
    ...{
      method: 'post',
      path: '/devices/{id}/key',
      scope: 'devices:write',
      status: 201,
    },
    ...{
      summary: 'Another key; the one before counts no more',
      answer: issued,
    },
    run: (asked) => withCommand(asked, renewDeviceKey(asked.change, asked.param('id'))),
  },
  {
    ...{
      method: 'delete',
      path: '/devices/{id}',
      scope: 'devices:write',
      status: 200,
    },
    ...{
      summary: 'Takes a device out of service; its hits stay',
      answer: device,
    },
    run: ({ change, param }) => retireDevice(change, param('id')),
  },
];

function withCommand({ addresses, pin }: ApiRequest, made: IssuedDevice): object {
  return { ...made, command: addCommandOf(made, addresses(), pin) };
}
