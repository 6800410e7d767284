/** Which options of the table a platform has. */
import type { FirewallDriver } from '../core/ports.ts';
import { openbsdOptions } from './openbsd-options.ts';
import type { OptionName } from './options.ts';

const LINUX_ONLY: ReadonlySet<OptionName> = new Set([
  'tsprefix',
  'logopts',
  'logopts_direction',
  'load_br_netfilter',
  'log_source',
]);

const OPENBSD_ONLY: ReadonlySet<string> = new Set(Object.keys(openbsdOptions));

/** On pfSense the page is a part of the firewall's own. */
const NOT_ON_PFSENSE: ReadonlySet<OptionName> = new Set([
  'ui_address',
  'ui_tls_cert',
  'ui_tls_key',
]);

/** Whether an option means something on a platform. A dry run takes all of them. */
export function platformHas(platform: FirewallDriver['name'], name: OptionName): boolean {
  if (platform === 'pfsense' && NOT_ON_PFSENSE.has(name)) return false;
  if (platform === 'dry-run') return true;
  if (OPENBSD_ONLY.has(name)) return platform === 'openbsd';
  return !LINUX_ONLY.has(name) || platform === 'linux';
}
