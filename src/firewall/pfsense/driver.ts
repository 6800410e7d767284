/**
 * pfSense. The tables are pf's own, filled by pfctl and never by a filter reload; rules and aliases are pfSense's own,
 * changed by its PHP. What is enforced is read back from pf.
 */
import { FirewallError, HostError } from '../../core/errors.ts';
import type {
  Clock,
  Enforced,
  EnforcedTable,
  FirewallDriver,
  PolicyTables,
  Problem,
  TableName,
} from '../../core/ports.ts';
import { rememberWhileUnchanged } from '../../system/file-memo.ts';
import type { AskPfsense, PfsenseVerb } from '../../system/pfsense-command.ts';
import type { RunCommand } from '../../system/run-command.ts';
import {
  SHOW_LIMITS,
  SHOW_NUMBERED_RULES,
  SHOW_REQUEST_LIMIT,
  SHOW_RULES,
  SHOW_TABLES,
} from './commands.ts';
import { parseTableLimit, parseTableSizes, parseTrackers } from './parse.ts';
import { cutStates } from './states.ts';
import { raiseLimit } from './table-limit.ts';
import { capacityOf, checkTableRoom, type TableRoom } from './table-room.ts';
import { createReadBack } from './read-back.ts';
import { applyTables, planTable, removeTables, TABLE_NAMES, type TablePlaces } from './tables.ts';

/** The host. */
export interface PfsenseHost {
  readonly run: RunCommand;
  readonly ask: AskPfsense;
  readonly clock: Clock;
  /** Folder of the table files. */
  readonly tables: string;
  /** The config.xml; pfSense is asked for our rules only when it changed. */
  readonly configFile: string;
  /** `allow_action` as it is in force: the portal may decide it, which config.xml does not know. */
  readonly readAllowAction: () => Promise<string>;
}

/** Range of the trackers of our rules (`freebsd/usr/local/pkg/threatstop/names.inc`). */
const FIRST_TRACKER = 1_770_000_101;
const LAST_TRACKER = 1_770_000_199;

/** The driver of a pfSense. Every refusal of pfSense is a FirewallError with its reason. */
export function createPfsenseDriver(host: PfsenseHost): FirewallDriver {
  const demand = async (verb: PfsenseVerb, input: Readonly<Record<string, unknown>> = {}) => {
    const answer = await host.ask(verb, input);
    if (answer.ok) return answer.result;
    throw new FirewallError(answer.message, { remedy: answer.remedy });
  };
  const readTable = createReadBack(host, host.clock);
  const configured = rememberWhileUnchanged(host.configFile, async () =>
    trackersOf(await demand('state')),
  );
  return {
    name: 'pfsense',
    dryRun: false,
    plan: (wanted) => planTables(host, wanted),
    async apply(plan) {
      const { ram_disk: ramDisk } = await demand('prepare-tables');
      await applyTables(host, plan);
      if (ramDisk === true) await demand('keep-tables');
    },
    async verify({ maxAgeMs = 0 } = {}) {
      const problems: Problem[] = [];
      const sizes = await readSizes(host.run);
      const read = (table: TableName) => readTable(table, sizes, maxAgeMs);
      const held = {
        block: await readBack(() => read('block'), problems),
        allow: await readBack(() => read('allow'), problems),
      };
      const rules = await readRules(host.run, await configured());
      return {
        tables: held,
        rulesInPlace: rules.inPlace,
        ...(await readCapacity(host.run, sizes)),
        problems: [...problems, ...rules.problems],
      };
    },
    cutConnections: (added) => cutStates(host.run, added),
    raiseTableLimit: (entries) => raiseLimit(host.ask, () => readRoom(host.run), entries),
    async enable() {
      await demand('enable', { rule_settings: { allow_action: await host.readAllowAction() } });
    },
    async disable() {
      await demand('disable');
    },
    async remove() {
      await demand('remove');
      await removeTables(host);
    },
  };
}

async function planTables(places: TablePlaces, wanted: PolicyTables) {
  const room = await readRoom(places.run);
  const changes = [
    await planTable(places, 'block', wanted.block),
    await planTable(places, 'allow', wanted.allow),
  ];
  return { wanted, changes, problems: checkTableRoom(wanted, room, TABLE_NAMES) };
}

async function readRoom(run: RunCommand): Promise<TableRoom> {
  const limits = await run(SHOW_LIMITS);
  const sizes = await readSizes(run);
  const request = await run(SHOW_REQUEST_LIMIT, { acceptExitCodes: [0, 1] });
  const requestLimit = /^\d+$/.test(request.stdout.trim()) ? Number(request.stdout) : null;
  return {
    limit: parseTableLimit(limits.stdout),
    requestLimit,
    sizes,
  };
}

async function readSizes(run: RunCommand): Promise<ReadonlyMap<string, number>> {
  return parseTableSizes((await run(SHOW_TABLES)).stdout);
}

/** Without a limit that can be read there is no bar on the page; a plan refuses then, and says why. */
async function readCapacity(
  run: RunCommand,
  sizes: ReadonlyMap<string, number>,
): Promise<Pick<Enforced, 'capacity'>> {
  try {
    const limit = parseTableLimit((await run(SHOW_LIMITS)).stdout);
    return { capacity: capacityOf({ limit, sizes }, TABLE_NAMES) };
  } catch (error) {
    if (error instanceof FirewallError || error instanceof HostError) return {};
    throw error;
  }
}

async function readBack(
  read: () => Promise<EnforcedTable | null>,
  problems: Problem[],
): Promise<EnforcedTable | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FirewallError)) throw error;
    const { message, remedy } = error;
    problems.push({ code: 'table-unreadable', severity: 'error', message, remedy });
    return null;
  }
}

/** In place means: pf has the rules of the configuration, all of them, and there are some. */
async function readRules(run: RunCommand, configured: readonly number[]) {
  const loaded = await loadedTrackers(run);
  const missing = configured.filter((tracker) => !loaded.has(tracker));
  const inPlace = loaded.size > 0 && missing.length === 0;
  const problems: Problem[] = [];
  if (missing.length > 0) {
    problems.push({
      code: 'rules-not-loaded',
      severity: 'error',
      message: `pf has not loaded the rules with tracker ${missing.join(', ')}, which are in the configuration`,
      remedy: 'See Status > Filter Reload for the reason, then enable again.',
    });
  }
  return { inPlace, problems };
}

/** Our rules that pf has, also such as are in no configuration any more. */
async function loadedTrackers(run: RunCommand): Promise<ReadonlySet<number>> {
  for (const argv of [SHOW_RULES, SHOW_NUMBERED_RULES]) {
    const trackers = parseTrackers((await run(argv)).stdout);
    if (trackers.size > 0) return new Set([...trackers].filter(isOurs));
  }
  return new Set();
}

function isOurs(tracker: number): boolean {
  return tracker >= FIRST_TRACKER && tracker <= LAST_TRACKER;
}

function trackersOf(state: Readonly<Record<string, unknown>>): readonly number[] {
  const { trackers } = state;
  return Array.isArray(trackers) ? trackers.filter((one) => typeof one === 'number') : [];
}
