/** What `tsadmin show` needs of the agent: half of its time would be the loading of the rest. */
import { join } from 'node:path';
import type { AgentLocation, SettingsReader } from '../cli/context.ts';
import { openAgentDatabase } from '../state/agent-database.ts';
import { createExemptionStore } from '../state/exemptions.ts';
import { createFacts } from '../state/facts.ts';
import { createKeptFacts } from '../state/kept-facts.ts';
import { systemClock } from '../system/clock.ts';
import { loadSettings } from '../tasks/load-settings.ts';
import { hostPaths } from './host-paths.ts';
import { platformDefaults, settingsStoreOf } from './platform-settings.ts';

/** The caller closes it. @throws HostError when the state cannot be opened */
export function openSettings(location: AgentLocation): SettingsReader {
  const database = openAgentDatabase(join(hostPaths(location).state, 'agent.sqlite'), systemClock);
  const exemptions = createExemptionStore(database);
  const { portalRecord } = createKeptFacts(createFacts(database));
  const identity = { defaults: platformDefaults[location.platform] };
  const settingsStore = settingsStoreOf(location);
  return {
    settings: () => loadSettings({ settingsStore, portalRecord, identity }),
    exemptions: () => Promise.resolve(exemptions.active(systemClock.now())),
    close: () => database.close(),
  };
}
