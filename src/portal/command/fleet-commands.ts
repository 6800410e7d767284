import { fleetOf, type Fleet, type FleetDevice } from '../fleet/fleet.ts';
import { withStore, type PortalCommand } from './command.ts';
import { JSON_OPTION, columns, printResult, timeText } from './output.ts';

/** `ts-portal fleet`. */
export const fleet: PortalCommand = {
  words: ['fleet'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: [
    'Shows all devices in service, the worst first: version, what they enforce and what is published, when they were heard',
    'last, refreshed and uploaded, and what is wrong with them.',
  ],
  run: (context, values) =>
    withStore(values, (store) => {
      printResult(context, values, fleetOf(store, context.clock.now()), fleetText);
    }),
};

function fleetText({ counts, devices }: Fleet): string {
  const head = [
    'health',
    'device',
    'policy',
    'version',
    'platform',
    'state',
    'serial',
    'published',
  ];
  const rows = [[...head, 'tables', 'heard', 'refreshed', 'uploaded'], ...devices.map(rowOf)];
  const complaints = devices.flatMap(({ name, complaints: all }) =>
    all.map(({ severity, message, remedy }) => `${name}: ${severity}: ${message} ${remedy}`),
  );
  const { all, fine, warning, error, silent } = counts;
  const summary = `${all} devices: ${fine} fine, ${warning} with warnings, ${error} with errors, ${silent} silent, ${counts.new} new`;
  return [summary, columns(rows), ...complaints].join('\n');
}

function rowOf(device: FleetDevice): readonly string[] {
  const { health, name, policy, version, platform, state, serial, published, match } = device;
  return [
    ...[health, name, policy ?? '-', version, platform, state],
    ...[String(serial ?? '-'), String(published ?? '-'), match],
    ...[device.heard, device.lastRefresh, device.lastUpload].map(timeText),
  ];
}
