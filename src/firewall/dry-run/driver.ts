/**
 * The firewall that is none: it writes the table files a pfSense would load and a text with the rules it would
 * add, and touches no kernel. For the demo, for trying a policy out, and as the reference of the driver contract.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EnforcedTable, FirewallDriver, Problem, TableName } from '../../core/ports.ts';
import { FirewallError } from '../../core/errors.ts';
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import { createTableSummary, removeTableFile, type TableSummary } from '../table-file.ts';
import { applyTableFiles, readWholeTable, tableChange } from '../table-files.ts';

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
  const files = {
    block: join(places.tables, 'ThreatSTOP_block.txt'),
    allow: join(places.tables, 'ThreatSTOP_allow.txt'),
  };
  const knownOf = (table: TableName): string => `${places.rules}.${table}`;
  const summaries = {
    block: createTableSummary(files.block, knownOf('block')),
    allow: createTableSummary(files.allow, knownOf('allow')),
  };
  return {
    name: 'dry-run',
    dryRun: true,
    async plan(wanted) {
      const changes = await Promise.all(
        TABLES.map(async (table) =>
          tableChange(table, await readWholeTable(files[table]), wanted[table]),
        ),
      );
      return { wanted, changes, problems: [] };
    },
    apply: (plan) => applyTableFiles(plan, files),
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
        await removeTableFile(files[table]);
        await removeFile(knownOf(table));
      }
    },
  };
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
