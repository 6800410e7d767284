/**
 * `node apply-child.ts NAMESPACE FOLDER FIRST COUNT`: puts a block table of COUNT addresses from 198.18.0.0 + FIRST on into
 * the sets of a namespace, as the service would. Says `applying` before it begins.
 */
import { join } from 'node:path';
import { numberedAddresses } from './prefixes.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { createLinuxDriver } from '../../src/firewall/linux/driver.ts';
import { systemClock } from '../../src/system/clock.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { DEFAULT_OPTIONS } from './linux-firewall.ts';

const [, , namespace = '', folder = '', first, count] = process.argv;
const driver = createLinuxDriver({
  run: (argv, options) => runCommand(['ip', 'netns', 'exec', namespace, ...argv], options),
  readOptions: () => Promise.resolve(DEFAULT_OPTIONS),
  readTable: () => Promise.resolve(null),
  clock: systemClock,
  places: {
    marks: join(folder, 'linux-firewall'),
    known: folder,
    backups: join(folder, 'opt'),
    bridge: { modules: join(folder, 'modules.conf'), sysctls: join(folder, 'sysctl.conf') },
    memory: '/proc/meminfo',
    ipv6: '/proc/net/if_inet6',
  },
});
const plan = await driver.plan({
  block: numberedAddresses(Number(first), Number(count)),
  allow: EMPTY_TABLE,
});
process.stdout.write('applying\n');
await driver.apply(plan);
