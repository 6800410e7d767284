import type { PlatformName } from './detect-platform.ts';

/** What starts the service on each platform, for people. */
export const startCommands: Readonly<Record<PlatformName, string>> = {
  pfsense: '/usr/local/etc/rc.d/threatstop.sh start',
  openbsd: 'rcctl start threatstop',
  // With systemd and without.
  linux: 'service ts-agent start',
  'dry-run': 'ts-service',
};
