/** The part of the agent's drivers that enforces a policy; all that the thread for large policies loads. */
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { Settings } from '../config/options.ts';
import { resolveSettings } from '../config/settings.ts';
import { openAgentDatabase } from '../state/agent-database.ts';
import { createExemptionStore } from '../state/exemptions.ts';
import { createFacts, type Facts } from '../state/facts.ts';
import { createKeptFacts } from '../state/kept-facts.ts';
import { createPolicyHistory } from '../state/policy-history.ts';
import { createPolicyStore } from '../state/policy-store.ts';
import { systemClock } from '../system/clock.ts';
import { createRunLock } from '../system/run-lock.ts';
import type { Database } from '../system/sqlite.ts';
import type { EnforcePorts } from '../tasks/enforce-policy.ts';
import { loadSettings } from '../tasks/load-settings.ts';
import { platformOf } from './platforms.ts';
import { RELEASE } from './release.ts';

/** The ports, and what others are built on. */
export interface PolicyPorts {
  readonly ports: EnforcePorts;
  /** The caller closes it. */
  readonly database: Database;
  readonly databaseFile: string;
  readonly facts: Facts;
}

/** @throws HostError when the state cannot be opened */
export function openPolicyPorts({ platform: name, root }: AgentLocation): PolicyPorts {
  const platform = platformOf(name, root);
  const { paths, product, startCommand, withoutService, defaults } = platform;
  const policyStore = createPolicyStore(join(paths.state, 'policies'));
  const driver = platform.createDriver(() => settingsOrDefaults(ports), policyStore);
  const databaseFile = join(paths.state, 'agent.sqlite');
  const database = openAgentDatabase(databaseFile, systemClock);
  const facts = createFacts(database);
  const { portalRecord, held, shortage } = createKeptFacts(facts);
  const ports: EnforcePorts = {
    identity: {
      ...{ product, release: RELEASE, platform: name, startCommand, defaults },
      ...(withoutService === undefined ? {} : { withoutService }),
    },
    clock: systemClock,
    lock: createRunLock(paths.state, systemClock),
    settingsStore: platform.createSettingsStore(),
    portalRecord,
    history: createPolicyHistory(database),
    policyStore,
    held,
    exemptions: createExemptionStore(database),
    shortage,
    driver,
  };
  return { ports, database, databaseFile, facts };
}

/** A device that is not set up has a firewall too. @throws SettingsError when what is stored cannot be used */
async function settingsOrDefaults(ports: EnforcePorts): Promise<Settings> {
  const stored = await loadSettings(ports);
  return (stored ?? resolveSettings({}, null, ports.identity.defaults)).values;
}
