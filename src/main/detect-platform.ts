import type { FirewallDriver } from '../core/ports.ts';

/** Where the agent runs. `dry-run` is any machine: files are written, no kernel is touched. */
export type PlatformName = FirewallDriver['name'];

/**
 * The platform of this host. Below another root than `/` it is a dry run: a driver would change the kernel of this
 * machine, not of the tree. A FreeBSD that is no pfSense can only run dry, too.
 */
export function detectPlatform(root: string): PlatformName {
  if (root !== '/') return 'dry-run';
  const { existsSync } = process.getBuiltinModule('node:fs');
  if (existsSync('/etc/inc/globals.inc')) return 'pfsense';
  if (process.platform === 'openbsd') return 'openbsd';
  return process.platform === 'linux' ? 'linux' : 'dry-run';
}
