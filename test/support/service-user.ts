/** The rights of the service on Linux: a user of its own with two capabilities, and nothing to get more by. */
import { chownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand, type RunCommand } from '../../src/system/run-command.ts';
import type { NetworkHost } from './network.ts';

/** User and group of the service in tests. */
export const SERVICE_ID = 4711;

const CAPABILITIES = '-all,+net_admin,+net_raw';

/** The words before a command that make it run with these rights. */
export const AS_SERVICE = [
  'setpriv',
  ...['--reuid', `${SERVICE_ID}`, '--regid', `${SERVICE_ID}`, '--clear-groups', '--no-new-privs'],
  ...['--bounding-set', CAPABILITIES, '--inh-caps', CAPABILITIES, '--ambient-caps', CAPABILITIES],
] as const;

/** Runs commands on a host as the service does. */
export function asService(host: NetworkHost): RunCommand {
  return (argv, options) =>
    runCommand(['ip', 'netns', 'exec', host.name, ...AS_SERVICE, ...argv], options);
}

/** Makes a folder that belongs to the service. */
export function makeServiceFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, SERVICE_ID, SERVICE_ID);
}
