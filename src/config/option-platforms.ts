/** Which options of the table a platform has. */
import type { FirewallDriver } from '../core/ports.ts';
import type { OptionName } from './options.ts';

const LINUX_ONLY: ReadonlySet<OptionName> = new Set([
  'tsprefix',
  'logopts',
  'logopts_direction',
  'load_br_netfilter',
]);

/** Whether an option means something on a platform. A dry run takes all of them. */
export function platformHas(platform: FirewallDriver['name'], name: OptionName): boolean {
  return !LINUX_ONLY.has(name) || platform === 'linux' || platform === 'dry-run';
}
