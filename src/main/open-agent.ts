/** Builds the agent of this host from its real drivers. */
import { dirname, join } from 'node:path';
import type { Log } from '../core/ports.ts';
import { damagedDatabases, newerDatabases } from '../state/agent-database.ts';
import { createHitStore } from '../state/hit-store.ts';
import { createKeptFacts } from '../state/kept-facts.ts';
import { createNoticeStore } from '../state/notices.ts';
import { createRunLog } from '../state/run-log.ts';
import { createSchedule } from '../state/schedule.ts';
import { createZoneCopies } from '../state/zone-copies.ts';
import { createHostProbe } from '../system/host-probe.ts';
import { resolveName } from '../system/resolve-name.ts';
import { runCommand } from '../system/run-command.ts';
import { systemClock } from '../system/clock.ts';
import { ownNetworks, readNeighbours } from '../system/surroundings.ts';
import { hostZoneOffset } from '../system/time-zone.ts';
import type { AgentLocation } from '../cli/context.ts';
import type { Agent } from '../tasks/agent.ts';
import { createAgent } from '../tasks/create-agent.ts';
import type { AgentPorts } from '../tasks/agent-ports.ts';
import { logSourceOf } from './log-source.ts';
import { openPolicyPorts } from './open-policy-ports.ts';
import { platformOf } from './platforms.ts';
import { createLazyUpstream } from './lazy-upstream.ts';

/** A command prints what happened itself. */
const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The agent for one command. The caller closes it. @throws as {@link openPorts} */
export function openAgent(location: AgentLocation): Agent {
  return createAgent(openPorts(location, quietLog));
}

/** @throws HostError when the state cannot be opened */
export function openPorts(location: AgentLocation, log: Log): AgentPorts {
  const { ports, database, databaseFile, facts } = openPolicyPorts(location);
  const zoneCopies = createZoneCopies(join(dirname(databaseFile), 'zones'));
  const { confirmation, beacons, told } = createKeptFacts(facts);
  return {
    ...ports,
    log,
    random: Math.random,
    zone: hostZoneOffset,
    zoneCopies,
    confirmation,
    beacons,
    told,
    notices: platformOf(location.platform, location.root).createNotices(log),
    noticed: createNoticeStore(facts),
    runs: createRunLog(database),
    schedule: createSchedule(facts),
    hits: createHitStore(database, { clock: systemClock }),
    host: createHostProbe(runCommand, dirname(databaseFile)),
    upstream: createLazyUpstream(systemClock, process.env, zoneCopies),
    logSource: (settings) => logSourceOf(location, settings),
    resolveName,
    neighbours: readNeighbours,
    ownNetworks,
    damagedDatabases: () => damagedDatabases(databaseFile),
    newerDatabases: () => newerDatabases(databaseFile),
    serviceProblems: () => [],
    close: () => database.close(),
  };
}
