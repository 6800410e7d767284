/** Where each platform keeps its settings, and what its defaults are; no driver is loaded for that. */
import type { AgentLocation } from '../cli/context.ts';
import type { PlatformDefaults } from '../config/settings.ts';
import type { SettingsStore } from '../core/ports.ts';
import { createSettingsFile } from '../state/settings-file.ts';
import { createOpenbsdSettings } from '../state/settings-openbsd.ts';
import { createPfsenseSettings } from '../state/settings-pfsense.ts';
import { createPfsenseCommand } from '../system/pfsense-command.ts';
import { runCommand } from '../system/run-command.ts';
import type { PlatformName } from './detect-platform.ts';
import { hostPaths } from './host-paths.ts';

/** What differs from the option table. */
export const platformDefaults: Readonly<Record<PlatformName, PlatformDefaults>> = {
  pfsense: {},
  // pflog has no trackers. The rules are the documented ones.
  openbsd: { log_file: '/var/log/pflog', trackers: [], allow_action: 'pass' },
  // Lines of the kernel's log carry no tracker: our rules are known by the prefix of the line.
  linux: { log_file: '/var/log/threatstop/threatstop.log', trackers: [] },
  // A dry run has no rules, so no log line can carry their tracker: an address of the policy makes the hit.
  'dry-run': { log_scope: 'policy' },
};

/** The settings of a host. */
export function settingsStoreOf(location: AgentLocation): SettingsStore {
  const { settings } = hostPaths(location);
  if (location.platform === 'openbsd') return createOpenbsdSettings(settings);
  return location.platform === 'pfsense'
    ? createPfsenseSettings(createPfsenseCommand(runCommand), settings)
    : createSettingsFile(settings, location.platform === 'linux' ? 'leave' : 'remove');
}
