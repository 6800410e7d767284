import { writeFileAtomic } from '../../system/atomic-file.ts';
import { storedPlace } from '../place.ts';
import { ZONE } from '../zone/names.ts';
import { zoneFile } from '../zone/zone-file.ts';
import { TEXT, textOf, usageError, withStore, type PortalCommand } from './command.ts';

/** How name servers are told to read a zone file again. */
const RELOADS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  rndc: ['rndc', 'reload', ZONE],
  knot: ['knotc', 'zone-reload', ZONE],
};
const FILE_MODE = 0o644;

/** `ts-portal export-zone`. */
export const exportZone: PortalCommand = {
  words: ['export-zone'],
  operands: ['FILE'],
  options: { reload: TEXT },
  usage: '[--reload rndc|knot]',
  about: [
    `Writes the zone ${ZONE} as FILE for a real name server, "-" for the standard output, and has it read`,
    'again by "rndc reload" or "knotc zone-reload". BIND needs "max-records-per-type 0;".',
  ],
  run: (context, values, [path = '']) =>
    withStore(values, async (store) => {
      const reload = reloadOf(textOf(values, 'reload'));
      if (storedPlace(store) === null) {
        // Its NS record names the host, which is known since the first start.
        throw usageError('the portal was not started yet: ts-portal serve --state DIR');
      }
      if (path === '-') for (const piece of zoneFile(store.zone)) context.print(piece);
      else await writeFileAtomic(path, bytesOf(zoneFile(store.zone)), FILE_MODE);
      if (reload !== null) await context.runCommand(reload);
      if (path !== '-') context.print(`${path}: ${ZONE}, serial ${store.zone.serial()}\n`);
    }),
};

function reloadOf(name: string | undefined): readonly [string, ...string[]] | null {
  if (name === undefined) return null;
  const command = RELOADS[name];
  if (command === undefined) throw usageError('--reload is rndc or knot');
  return command;
}

function* bytesOf(pieces: Iterable<string>): Generator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}
