/**
 * pfSense. The tables are pf's own, filled by pfctl and never by a filter reload; rules and aliases are pfSense's own,
 * changed by its PHP. What is enforced is read back from pf.
 */
import { join } from 'node:path';
import { FirewallError } from '../../core/errors.ts';
import type { Clock, FirewallDriver, PolicyTables, Problem } from '../../core/ports.ts';
import { rememberWhileUnchanged } from '../../system/file-memo.ts';
import type { AskPfsense, PfsenseVerb } from '../../system/pfsense-command.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { SHOW_RULES } from '../pf/commands.ts';
import type { PfTables } from '../pf/pf-table.ts';
import { readCapacity, readLimit, readSizes, readTables } from '../pf/look.ts';
import { createReadBack } from '../pf/read-back.ts';
import { cutStates } from '../pf/states.ts';
import { checkTableRoom, type TableRoom } from '../pf/table-room.ts';
import { applyTables, planTable, removeTables } from '../pf/tables.ts';
import { SHOW_NUMBERED_RULES, SHOW_REQUEST_LIMIT } from './commands.ts';
import { parseTrackers } from './parse.ts';
import { raiseLimit } from './table-limit.ts';

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

const TABLE_NAMES = { block: 'ThreatSTOP_block', allow: 'ThreatSTOP_allow' } as const;

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
  const pf = tablesOf(host);
  const readTable = createReadBack(host.clock);
  const decided = async () => ({ rule_settings: { allow_action: await host.readAllowAction() } });
  const configured = rememberWhileUnchanged(host.configFile, async () =>
    configuredRules(await demand('state', await decided())),
  );
  return {
    name: 'pfsense',
    dryRun: false,
    plan: (wanted) => planTables(pf, wanted),
    async apply(plan) {
      const { ram_disk: ramDisk } = await demand('prepare-tables');
      await applyTables(pf, plan);
      if (ramDisk === true) await demand('keep-tables');
    },
    async verify({ maxAgeMs = 0 } = {}) {
      const problems: Problem[] = [];
      const sizes = await readSizes(host.run);
      const held = await readTables(pf, { readTable, sizes, maxAgeMs, problems });
      const rules = await readRules(host.run, await configured());
      return {
        tables: held,
        rulesInPlace: rules.inPlace,
        ...(await readCapacity(pf, sizes)),
        problems: [...problems, ...rules.problems],
      };
    },
    cutConnections: (added) => cutStates(host.run, added),
    raiseTableLimit: (entries) => raiseLimit(host.ask, () => readRoom(host.run), entries),
    async enable() {
      await demand('enable', await decided());
    },
    async disable() {
      await demand('disable');
    },
    async remove() {
      await demand('remove');
      await removeTables(pf);
    },
  };
}

/** Our tables are named as their aliases are. */
function tablesOf({ run, tables }: Pick<PfsenseHost, 'run' | 'tables'>): PfTables {
  const fileOf = (name: string): string => join(tables, `${name}.txt`);
  return {
    run,
    names: TABLE_NAMES,
    files: { block: fileOf(TABLE_NAMES.block), allow: fileOf(TABLE_NAMES.allow) },
    whereToRaise: 'System > Advanced, Firewall & NAT: Firewall Maximum Table Entries',
  };
}

async function planTables(pf: PfTables, wanted: PolicyTables) {
  const room = await readRoom(pf.run);
  const changes = [
    await planTable(pf, 'block', wanted.block),
    await planTable(pf, 'allow', wanted.allow),
  ];
  return { wanted, changes, problems: checkTableRoom(wanted, room, pf) };
}

async function readRoom(run: RunCommand): Promise<TableRoom> {
  const limit = await readLimit(run);
  const sizes = await readSizes(run);
  const request = await run(SHOW_REQUEST_LIMIT, { acceptExitCodes: [0, 1] });
  const requestLimit = /^\d+$/.test(request.stdout.trim()) ? Number(request.stdout) : null;
  return { limit, requestLimit, sizes };
}

/** Our rules of config.xml. */
interface ConfiguredRules {
  readonly trackers: readonly number[];
  /** Whether they are not those that the settings of an enabled policy ask for. */
  readonly changed: boolean;
}

/** In place means: pf has the rules of the configuration, all of them, there are some, and nobody changed them. */
async function readRules(run: RunCommand, { trackers, changed }: ConfiguredRules) {
  const loaded = await loadedTrackers(run);
  const missing = trackers.filter((tracker) => !loaded.has(tracker));
  const inPlace = loaded.size > 0 && missing.length === 0 && !changed;
  const problems: Problem[] = [];
  if (missing.length > 0) {
    problems.push({
      code: 'rules-not-loaded',
      severity: 'error',
      message: `pf has not loaded the rules with tracker ${missing.join(', ')}, which are in the configuration`,
      remedy: 'See Status > Filter Reload for the reason, then enable again.',
    });
  }
  return { inPlace, problems: changed ? [...problems, RULES_CHANGED] : problems };
}

const RULES_CHANGED: Problem = {
  code: 'rules-changed',
  severity: 'error',
  message: 'a rule of ours was changed or deleted at Firewall > Rules, or an interface is new',
  remedy: 'The service puts the rules right within a minute, "tsadmin enable" at once.',
};

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

function configuredRules(state: Readonly<Record<string, unknown>>): ConfiguredRules {
  const { trackers, enabled, as_wanted: asWanted } = state;
  const numbers = Array.isArray(trackers) ? trackers.filter((one) => typeof one === 'number') : [];
  return { trackers: numbers, changed: enabled === true && asWanted === false };
}
