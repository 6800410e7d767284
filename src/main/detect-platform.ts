import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FirewallDriver } from '../core/ports.ts';

/** Where the agent runs. `dry-run` is any machine: files are written, no kernel is touched. */
export type PlatformName = FirewallDriver['name'];

/** The platform of the host below `root`. A FreeBSD that is no pfSense can only run dry. */
export function detectPlatform(root: string): PlatformName {
  if (existsSync(join(root, '/etc/inc/globals.inc'))) return 'pfsense';
  if (process.platform === 'openbsd') return 'openbsd';
  return process.platform === 'linux' ? 'linux' : 'dry-run';
}
