/** Names of the package for Linux. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';

/** Name of the package, as documented. */
export const PACKAGE = 'ts-iptables';
/** Where the program is installed. */
export const PROGRAM_FOLDER = '/usr/lib/ts-iptables';
/**
 * Put before the version: the product this one replaces was numbered up to 5.03-01, and package managers must take this
 * one for newer. It is not part of file names.
 */
export const EPOCH = 1;

/** A processor architecture, by its name in Debian. */
export type Architecture = 'amd64' | 'arm64';

/** What others call an architecture. */
export const ARCHITECTURES: Readonly<
  Record<Architecture, { readonly rpm: string; readonly node: string; readonly elfMachine: number }>
> = {
  amd64: { rpm: 'x86_64', node: 'x64', elfMachine: 62 },
  arm64: { rpm: 'aarch64', node: 'arm64', elfMachine: 183 },
};

/** @throws HostError when there is no package for that name */
export function architectureOf(name: string): Architecture {
  if (name === 'amd64' || name === 'arm64') return name;
  throw new HostError(`there is no architecture "${name}"`, {
    remedy: `Use one of: ${Object.keys(ARCHITECTURES).join(', ')}.`,
  });
}

/** What package.json says of the project. */
export interface About {
  readonly homepage: string;
  /** The release as people see it, e.g. `3.00-01`: upstream version and revision, as Debian and RPM compare them. */
  readonly release: string;
  readonly maintainer: string;
}

/** @param checkout the project's folder */
export async function readAbout(checkout: string): Promise<About> {
  const { homepage, config } = JSON.parse(
    await readFile(join(checkout, 'package.json'), 'utf8'),
  ) as {
    readonly homepage: string;
    readonly config: { readonly release: string; readonly maintainer: string };
  };
  return { homepage, ...config };
}
