import type { RunCommand } from '../../src/system/run-command.ts';
import type { Architecture } from './identity.ts';

/** One package. */
export interface LinuxPackageOrder {
  /** The project's folder, with `node_modules`. */
  readonly checkout: string;
  readonly architecture: Architecture;
  /** Another release than that of the sources, for trying upgrades. */
  readonly release?: string;
  /** `gzip` for trying a package out: a Node inside takes xz minutes. Default `xz`. */
  readonly compression?: 'gzip' | 'xz';
  /** A folder with `bin/node` to put inside; undefined for none. */
  readonly nodeRuntime: string | undefined;
  /** Time of every file, seconds since 1970. */
  readonly modified: number;
  /** Where the package goes. */
  readonly out: string;
  readonly run: RunCommand;
}

/** What {@link LinuxPackageOrder.release} changes of what package.json says. */
export function releaseOf({ release }: LinuxPackageOrder): { readonly release?: string } {
  return release === undefined ? {} : { release };
}
