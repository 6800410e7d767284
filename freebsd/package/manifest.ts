import { createHash } from 'node:crypto';
import { isLink, type PackageFile } from '../../packaging/payload.ts';

/** The scripts pkg(8) runs with /bin/sh, by the name of their key in the manifest. */
export const SCRIPT_NAMES = [
  'pre-install',
  'post-install',
  'pre-deinstall',
  'post-deinstall',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

/** Texts of the install scripts; one that is missing is not run. */
export type PackageScripts = Readonly<Partial<Record<ScriptName, string>>>;

/** What a package is. */
export interface PackageIdentity {
  /** With dots only, e.g. `3.00.01`: pkg compares what follows the last "-". */
  readonly version: string;
  /** `FreeBSD:*:amd64`, or with a major release where a Node of that release is inside. */
  readonly abi: string;
  /** The same in the older form, e.g. `freebsd:*:x86:64`; without it `pkg install FILE` ends with a fault. */
  readonly arch: string;
  /** Mail address of those who look after the package. */
  readonly maintainer: string;
  readonly homepage: string;
}

/** `+MANIFEST` and `+COMPACT_MANIFEST`, as JSON (pkg reads UCL, a superset). */
export interface Manifests {
  readonly full: string;
  readonly compact: string;
}

/**
 * Writes both manifests. Checksums are of the form `1$` + SHA-256, which pkg 1.17 to 2.x accept; of a symbolic link
 * it is that of its target. There are no dependencies: the repository of pfSense has no Node.
 */
export function writeManifests(
  identity: PackageIdentity,
  files: readonly PackageFile[],
  scripts: PackageScripts,
): Manifests {
  const compact = {
    name: 'ts-pfsense',
    origin: 'security/ts-pfsense',
    version: identity.version,
    comment: 'ThreatSTOP IP Defense for pfSense',
    maintainer: identity.maintainer,
    www: identity.homepage,
    abi: identity.abi,
    arch: identity.arch,
    prefix: '/usr/local',
    flatsize: files.reduce((sum, file) => sum + (isLink(file) ? 0 : file.content.length), 0),
    licenselogic: 'single',
    licenses: ['APACHE20'],
    desc: 'Keeps a policy of blocked and allowed IP prefixes in the tables of the pfSense firewall and uploads the hits for reports. After installation: Firewall > ThreatSTOP, or "tsadmin add".',
    categories: ['security'],
  };
  const sums = Object.fromEntries(files.map((file) => [file.path, `1$${sumOf(file)}`]));
  return {
    full: `${JSON.stringify({ ...compact, files: sums, scripts })}\n`,
    compact: `${JSON.stringify(compact)}\n`,
  };
}

/** SHA-256 in hex of the content, or of the target of a symbolic link. */
export function sumOf(file: PackageFile): string {
  return createHash('sha256')
    .update(isLink(file) ? file.target : file.content)
    .digest('hex');
}
