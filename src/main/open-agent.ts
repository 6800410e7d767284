/** Builds the agent of this host from its real drivers. */
import { join } from 'node:path';
import type { Log } from '../core/ports.ts';
import { openLog } from '../logs/open-log.ts';
import { createFacts } from '../state/facts.ts';
import { createHitStore } from '../state/hit-store.ts';
import { createHeldPolicyStore } from '../state/held-policy.ts';
import { createPolicyStore } from '../state/policy-store.ts';
import { migrations } from '../state/migrations.ts';
import { createPolicyHistory } from '../state/policy-history.ts';
import { createPortalRecordStore } from '../state/portal-record.ts';
import { createRunLog } from '../state/run-log.ts';
import { createSchedule } from '../state/schedule.ts';
import { createSettingsFile } from '../state/settings-file.ts';
import { systemClock } from '../system/clock.ts';
import { createRunLock } from '../system/run-lock.ts';
import { openDatabase } from '../system/sqlite.ts';
import { hostZoneOffset } from '../system/time-zone.ts';
import type { AgentLocation } from '../cli/context.ts';
import type { Agent } from '../tasks/agent.ts';
import { createAgent } from '../tasks/create-agent.ts';
import type { AgentPorts } from '../tasks/agent-ports.ts';
import { platformOf } from './platforms.ts';
import { RELEASE } from './release.ts';
import { createUpstream } from './upstream.ts';

/** A command prints what happened itself. */
const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The agent for one command. The caller closes it. @throws as {@link openPorts} */
export function openAgent(location: AgentLocation): Agent {
  return createAgent(openPorts(location, quietLog));
}

/** @throws HostError when the state cannot be opened, or the platform has no driver */
export function openPorts({ platform: name, root }: AgentLocation, log: Log): AgentPorts {
  const platform = platformOf(name, root);
  const { paths, product, defaults } = platform;
  const driver = platform.createDriver();
  const database = openDatabase(join(paths.state, 'agent.sqlite'), migrations);
  const facts = createFacts(database);
  return {
    identity: { product, release: RELEASE, platform: name, defaults },
    clock: systemClock,
    log,
    random: Math.random,
    zone: hostZoneOffset,
    lock: createRunLock(paths.state, systemClock),
    settingsStore: createSettingsFile(paths.settings),
    portalRecord: createPortalRecordStore(facts),
    history: createPolicyHistory(database),
    policyStore: createPolicyStore(join(paths.state, 'policies')),
    held: createHeldPolicyStore(facts),
    runs: createRunLog(database),
    schedule: createSchedule(facts),
    hits: createHitStore(database, { clock: systemClock }),
    driver,
    upstream: createUpstream(systemClock),
    logSource: (settings) => openLog(join(root, settings.log_file)),
    close: () => database.close(),
  };
}
