import { openCertificate } from '../certificate.ts';
import { portalPlace } from '../place.ts';
import { addCommandOf, registerDevice, type DeviceRequest } from '../register.ts';
import {
  TEXT,
  stateOf,
  textOf,
  withStore,
  type OptionValues,
  type PortalCommand,
} from './command.ts';

/** `ts-portal device add`: makes a device and prints its key, once. */
export const addDevice: PortalCommand = {
  words: ['device', 'add'],
  operands: [],
  options: { nickname: TEXT, address: TEXT, 'block-list': TEXT, 'allow-list': TEXT },
  async run(context, values) {
    const stateDir = stateOf(values);
    await withStore(stateDir, async (store) => {
      const { addresses } = portalPlace(store);
      const now = context.clock.now();
      const { pin } = await openCertificate(stateDir, addresses.settings.host, now);
      const device = registerDevice(store, context.clock, requestOf(values));
      context.print(
        [
          `device id  ${device.id}`,
          `auto key   ${device.autoKey}`,
          '',
          'Run this on the device:',
          addCommandOf(device, addresses, pin),
          '',
        ].join('\n'),
      );
    });
  },
};

function requestOf(values: OptionValues): DeviceRequest {
  const blockList = textOf(values, 'block-list');
  const allowList = textOf(values, 'allow-list');
  const nickname = textOf(values, 'nickname');
  const address = textOf(values, 'address');
  return {
    ...(nickname === undefined ? {} : { nickname }),
    ...(address === undefined ? {} : { address }),
    ...(blockList === undefined ? {} : { blockLists: namesIn(blockList) }),
    ...(allowList === undefined ? {} : { allowLists: namesIn(allowList) }),
  };
}

function namesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}
