/** What the parts of the driver work with. */
import { AgentError } from '../../core/errors.ts';
import type { Clock, PolicyTables } from '../../core/ports.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { backUp } from './backup.ts';
import type { BridgeFiles } from './bridge.ts';
import type { ComparedTables } from './compare.ts';
import { rememberFound } from './found-tools.ts';
import { createKnownTables, type KnownTables } from './known-tables.ts';
import { createMarks, type Marks } from './marks.ts';
import type { LinuxOptions } from './rules.ts';
import { createSetStore, type SetStore } from './set-store.ts';

/** Files of the host, all below the root prefix. */
export interface LinuxPlaces {
  /** Remembers what was made, see `Marks`. */
  readonly marks: string;
  /** Folder of the files that remember what large tables hold, see `KnownTables`. */
  readonly known: string;
  /** Folder of the `pre-threatstop_…` files. */
  readonly backups: string;
  readonly bridge: BridgeFiles;
  /** `/proc/meminfo`. */
  readonly memory: string;
  /** `/proc/net/if_inet6`; a kernel whose IPv6 is off has none. */
  readonly ipv6: string;
}

/** What the driver needs. */
export interface LinuxPorts {
  readonly run: RunCommand;
  /** The settings as they are now. May reject: taking out rules and sets works without. */
  readonly readOptions: () => Promise<LinuxOptions>;
  /** A table of the policies kept on disk, by its hash; null: it is not there, or damaged. */
  readonly readTable: (hash: string) => Promise<PrefixTable | null>;
  readonly clock: Clock;
  readonly places: LinuxPlaces;
}

/** The ports, and what is kept of the host from call to call. */
export interface LinuxHost extends LinuxPorts {
  /** `run` for commands that tell whether a program is there. */
  readonly find: RunCommand;
  readonly sets: SetStore;
  readonly marks: Marks;
  readonly known: KnownTables;
  /** What the tables of a policy were last compared with, see `compareTable`. */
  readonly compared: WeakMap<PolicyTables, ComparedTables>;
}

/** The IP versions of the host. Where IPv6 is off there is nothing to filter, and ip6tables may fail. */
export async function familiesOf({
  places,
}: Pick<LinuxPorts, 'places'>): Promise<readonly (4 | 6)[]> {
  return (await readTextOrNull(places.ipv6)) === null ? [4] : [4, 6];
}

/** Opens nothing yet. */
export function openHost(ports: LinuxPorts): LinuxHost {
  return {
    ...ports,
    find: rememberFound(ports.run, ports.clock),
    sets: createSetStore(ports.run, ports.places.known),
    marks: createMarks(ports.places.marks),
    known: createKnownTables(ports.places.known),
    compared: new WeakMap(),
  };
}

/** To be called before anything is made: backs the host up the first time, and remembers the prefix. @throws HostError */
export async function noteBeforeChange(host: LinuxHost, prefix: string): Promise<void> {
  if ((await host.marks.read()) === null) await backUp(host);
  await host.marks.addPrefix(prefix);
}

/** The options, or null where they cannot be read. */
export async function optionsOrNull({ readOptions }: LinuxPorts): Promise<LinuxOptions | null> {
  try {
    return await readOptions();
  } catch (error) {
    if (error instanceof AgentError) return null;
    throw error;
  }
}
