/**
 * The firewall that is none: it writes the table files a pfSense would load and a text with the rules it would
 * add, and touches no kernel. For the demo, for trying a policy out, and as the reference of the driver contract.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countDifference } from '../../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type {
  ApplyPlan,
  EnforcedTable,
  FirewallDriver,
  Problem,
  TableChange,
  TableName,
} from '../../core/ports.ts';
import { FirewallError } from '../../core/errors.ts';
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import {
  createTableSummary,
  readTableFile,
  removeTableFile,
  stageTableFile,
  type TableSummary,
} from '../table-file.ts';

/** Where the dry run writes. */
export interface DryRunPlaces {
  /** Folder of `ThreatSTOP_block.txt` and `ThreatSTOP_allow.txt`. */
  readonly tables: string;
  /** File with the rules; it exists while the policy is enabled. */
  readonly rules: string;
  /** `allow_action` as it is in force. */
  readonly readAllowAction: () => Promise<string>;
}

/** The rules as a pfSense with the interfaces WAN and LAN would have them. */
function rulesText(allowAction: string): string {
  const passes = allowAction === 'pass' || allowAction === 'ACCEPT';
  const actions = [...(passes ? [['pass', 'allow']] : []), ['block drop', 'block']];
  const rules = [
    ['WAN', 'from <> to any', 'wan'],
    ['LAN', 'from any to <>', 'lan'],
  ].flatMap(([name = '', ends = '', label = '']) =>
    actions.map(
      ([action = '', table = '']) =>
        `${action} in log quick on ${name} inet ${ends.replace('<>', `<ThreatSTOP_${table}>`)} label "ThreatSTOP_incoming_${label}"\n`,
    ),
  );
  return ['# Dry run: these rules would be loaded; the kernel is not touched.\n', ...rules].join(
    '',
  );
}

const TABLES: readonly TableName[] = ['block', 'allow'];

/** Makes the dry-run driver. Files are made when first needed. */
export function createDryRunDriver(places: DryRunPlaces): FirewallDriver {
  const fileOf = (table: TableName): string => join(places.tables, `ThreatSTOP_${table}.txt`);
  const knownOf = (table: TableName): string => `${places.rules}.${table}`;
  const summaries = {
    block: createTableSummary(fileOf('block'), knownOf('block')),
    allow: createTableSummary(fileOf('allow'), knownOf('allow')),
  };
  return {
    name: 'dry-run',
    dryRun: true,
    async plan(wanted) {
      const changes = await Promise.all(
        TABLES.map((table) => planTable(table, fileOf(table), wanted[table])),
      );
      return { wanted, changes, problems: [] };
    },
    apply: (plan) => applyPlan(plan, fileOf),
    async verify() {
      const problems: Problem[] = [];
      const tables = {
        block: await readBack(summaries.block, problems),
        allow: await readBack(summaries.allow, problems),
      };
      return { tables, rulesInPlace: existsSync(places.rules), problems };
    },
    // There are no connections to end where nothing is blocked.
    cutConnections: () => Promise.resolve(0),
    raiseTableLimit: () => Promise.resolve({ before: null, after: null }),
    enable: async () =>
      writeFileAtomic(places.rules, rulesText(await places.readAllowAction()), 0o644),
    disable: () => removeFile(places.rules),
    async remove() {
      await removeFile(places.rules);
      for (const table of TABLES) {
        await removeTableFile(fileOf(table));
        await removeFile(knownOf(table));
      }
    },
  };
}

async function planTable(
  table: TableName,
  path: string,
  wanted: PrefixTable,
): Promise<TableChange> {
  const before = await readWhole(path);
  return {
    table,
    before: before === null ? null : sizeOf(before),
    after: sizeOf(wanted),
    ...countDifference(before ?? EMPTY_TABLE, wanted),
  };
}

/** A file that somebody damaged counts as no table: it is replaced as a whole. */
async function readWhole(path: string): Promise<PrefixTable | null> {
  try {
    return await readTableFile(path);
  } catch (error) {
    if (error instanceof FirewallError) return null;
    throw error;
  }
}

async function applyPlan(plan: ApplyPlan, fileOf: (table: TableName) => string): Promise<void> {
  const changed = plan.changes.filter(
    (change) => change.before === null || change.added + change.removed > 0,
  );
  const staged = [];
  try {
    for (const { table } of changed) {
      staged.push(await stageTableFile(fileOf(table), plan.wanted[table]));
    }
  } catch (error) {
    await Promise.all(staged.map((file) => file.discard()));
    throw error;
  }
  for (const file of staged) await file.commit();
}

async function readBack(summary: TableSummary, problems: Problem[]): Promise<EnforcedTable | null> {
  try {
    return await summary();
  } catch (error) {
    if (!(error instanceof FirewallError)) throw error;
    const { message, remedy } = error;
    problems.push({ code: 'table-damaged', severity: 'error', message, remedy });
    return null;
  }
}
