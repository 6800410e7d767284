/** An agent on a host of its own: real state, real locks, the dry-run firewall; the portal is a script of the test. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyError } from '../../src/core/errors.ts';
import { EMPTY_TABLE, type PrefixTable } from '../../src/core/prefix-list.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import type {
  Beacon,
  ExemptionReport,
  FetchedPolicy,
  RawSettings,
  SettingsRecord,
} from '../../src/core/ports.ts';
import { createDryRunDriver } from '../../src/firewall/dry-run/driver.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { createExemptionStore } from '../../src/state/exemptions.ts';
import { createFacts } from '../../src/state/facts.ts';
import { createKeptFacts } from '../../src/state/kept-facts.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { createPolicyStore } from '../../src/state/policy-store.ts';
import { migrations } from '../../src/state/migrations.ts';
import { createPolicyHistory } from '../../src/state/policy-history.ts';
import { createNoticeStore } from '../../src/state/notices.ts';
import { createRunLog } from '../../src/state/run-log.ts';
import { createSchedule } from '../../src/state/schedule.ts';
import { createSettingsFile } from '../../src/state/settings-file.ts';
import { createZoneCopies } from '../../src/state/zone-copies.ts';
import { createRunLock } from '../../src/system/run-lock.ts';
import { createLogNotices } from '../../src/system/notices.ts';
import { systemClock } from '../../src/system/clock.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import type { AddressCheck, AgentPorts } from '../../src/tasks/agent-ports.ts';
import { loadSettings } from '../../src/tasks/load-settings.ts';
import { createAgent } from '../../src/tasks/create-agent.ts';
import { TestClock } from './test-clock.ts';

/** Settings of a device set up by hand. */
export const MANUAL: RawSettings = {
  type: 'manual',
  device_id: 'tdid_abcd1234',
  block_list: 'basic.threatstop.local',
  allow_list: 'dns.threatstop.local',
};

/** Settings of a device that follows the portal. */
export const AUTO: RawSettings = {
  type: 'auto',
  device_id: 'tdid_abcd1234',
  auto_key: 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY',
};

/** What the portal answers; tests change it. */
export interface ScriptedPortal {
  policy: () => FetchedPolicy | 'unchanged';
  record: () => SettingsRecord;
  address: () => AddressCheck;
  /** Throws where the portal does not take a beacon. */
  hear: () => void;
  /** Throws where a port is not open. */
  connect: (host: string, port: number) => void;
  logService: () => string;
  readonly beacons: Beacon[];
  /** The lists of exemptions it took. */
  readonly exemptions: ExemptionReport[];
  /** Versions the agent said it has, one for each fetch. */
  readonly known: (string | null)[];
}

/** A policy of text lines, as the service would deliver it. */
export function policy(version: string, block: string, allow = ''): FetchedPolicy {
  return {
    version,
    block: [listOf('basic.threatstop.local', block)],
    allow: [listOf('dns.threatstop.local', allow)],
  };
}

/** A list of text lines, as the service would deliver it. */
export function listOf(name: string, lines: string) {
  const include: PrefixTable = parseTable(Buffer.from(`${lines.replaceAll(' ', '\n')}\n`));
  return { name, include, exclude: EMPTY_TABLE };
}

/** Makes the host below `folder`. */
export function openAgentHost(folder: string, change: Partial<AgentPorts> = {}) {
  const clock = new TestClock();
  const portal: ScriptedPortal = {
    policy: () => policy('threatstop.local=1', '64.87.3.133 198.51.100.0/24', '198.51.100.7'),
    record: () => ({ serial: 1, values: { block_list: 'basic.threatstop.local' } }),
    hear: () => undefined,
    connect: () => undefined,
    logService: () => 'directly',
    beacons: [],
    exemptions: [],
    address: () => ({ address: '203.0.113.7', authorized: true }),
    known: [],
  };
  const places = {
    tables: join(folder, 'tables'),
    rules: join(folder, 'state/dry-run.rules'),
    readAllowAction: async () => (await loadSettings(ports))?.values.allow_action ?? 'exempt',
  };
  const database = openDatabase(join(folder, 'state/agent.sqlite'), migrations);
  const facts = createFacts(database);
  const logLines: string[] = [];
  const write = (message: string) => void logLines.push(message);
  const ports: AgentPorts = {
    identity: {
      product: 'ts-pfsense',
      release: '3.00-01',
      platform: 'dry-run',
      startCommand: 'ts-service',
      defaults: {},
    },
    clock,
    log: { info: write, warn: write, error: write },
    random: () => 0,
    zone: () => 0,
    lock: createRunLock(join(folder, 'state'), systemClock),
    settingsStore: createSettingsFile(join(folder, 'threatstop.conf')),
    ...createKeptFacts(facts),
    history: createPolicyHistory(database),
    policyStore: createPolicyStore(join(folder, 'state/policies')),
    zoneCopies: createZoneCopies(join(folder, 'state/zones')),
    notices: createLogNotices({ info: write, warn: write, error: write }),
    noticed: createNoticeStore(facts),
    exemptions: createExemptionStore(database),
    runs: createRunLog(database),
    schedule: createSchedule(facts),
    host: {
      nodeVersion: 'v24.1.0',
      userId: 0,
      hasNetAdmin: true,
      stateFolder: folder,
      freeBytes: () => Promise.resolve(2 ** 30),
      isTimeSynced: () => Promise.resolve(true),
      fileState: () => Promise.resolve({ size: 1, changed: clock.now() }),
    },
    hits: createHitStore(database, { clock }),
    driver: createDryRunDriver(places),
    upstream: scriptedUpstream(portal),
    logSource: () => openLog(join(folder, 'filter.log')),
    resolveName: () => Promise.resolve(['64.87.3.133']),
    neighbours: () => Promise.resolve([]),
    ownNetworks: () => [],
    damagedDatabases: () => [],
    newerDatabases: () => [],
    serviceProblems: () => [],
    close: () => database.close(),
    ...change,
  };
  const tableFile = (table: 'block' | 'allow') => join(places.tables, `ThreatSTOP_${table}.txt`);
  return {
    agent: createAgent(ports),
    ports,
    portal,
    clock,
    logLines,
    tableFile,
    /** Text of a table file, or null when there is none. */
    table: (table: 'block' | 'allow') =>
      existsSync(tableFile(table)) ? readFileSync(tableFile(table), 'utf8') : null,
    rulesFile: places.rules,
  };
}

function scriptedUpstream(portal: ScriptedPortal): AgentPorts['upstream'] {
  return {
    policySource: () => ({
      fetch: (_request, known) => {
        portal.known.push(known);
        return attempt(portal.policy);
      },
    }),
    settingsSource: () => ({ fetch: () => attempt(portal.record) }),
    uploader: () => ({
      upload: () => Promise.resolve({ kind: 'accepted', message: 'stored' }),
    }),
    beaconSender: () => ({
      send: async (beacon) => {
        await attempt(portal.hear);
        portal.beacons.push(beacon);
      },
    }),
    exemptionSender: () => ({
      send: async (report) => {
        await attempt(portal.hear);
        portal.exemptions.push(report);
      },
    }),
    checkAddress: () => attempt(portal.address),
    connect: (host, port) => attempt(() => portal.connect(host, port)),
    reachLogService: () => attempt(portal.logService),
    neverBlock: () => Promise.resolve([]),
  };
}

/** What the test threw becomes a rejection, as a network fault would. */
async function attempt<T>(answer: () => T): Promise<T> {
  await Promise.resolve();
  return answer();
}

/** Makes the scripted portal fail as an unreachable policy service does. */
export function unreachable(): never {
  throw new PolicyError('reading basic.threatstop.local from 192.0.2.1: no connection');
}
