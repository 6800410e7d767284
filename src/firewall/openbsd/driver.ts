/**
 * OpenBSD. The tables are pf's own, filled by pfctl from the documented files; the rules are in /etc/pf.conf, put there by
 * us between two marks, or by the administrator. What is enforced is read back from pf.
 */
import { existsSync } from 'node:fs';
import { FirewallError } from '../../core/errors.ts';
import type { ApplyPlan, Clock, FirewallDriver, PolicyTables, Problem } from '../../core/ports.ts';
import { EMPTY_TABLE } from '../../core/prefix-list.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { readCapacity, readLimit, readSizes, readTables } from '../pf/look.ts';
import { replacePfTable, type PfTables } from '../pf/pf-table.ts';
import { createReadBack } from '../pf/read-back.ts';
import { cutStates } from '../pf/states.ts';
import { checkTableRoom } from '../pf/table-room.ts';
import { applyTables, planTable, removeTables } from '../pf/tables.ts';
import { stageTableFile } from '../table-file.ts';
import { applyTableFiles } from '../table-files.ts';
import { SHOW_INFO } from './commands.ts';
import { planFile, readFiles } from './files-only.ts';
import { parseEnabled } from './parse.ts';
import { doesLoad, type RuleFile } from './rule-file.ts';
import { namesTable, type PfConfNames } from './pf-conf.ts';
import { areRulesLoaded, putRulesIn, raiseLimit, removeRules, takeRulesOut } from './rules.ts';

/** The settings of the firewall, as they are in force. */
export interface OpenbsdOptions {
  readonly names: PfTables['names'];
  readonly files: PfTables['files'];
  /** `RELOAD_PF` */
  readonly reload: boolean;
  /** `allow_action`: whether entries of the allow list get the documented pass rules. */
  readonly pass: boolean;
}

/** The host. */
export interface OpenbsdHost {
  readonly run: RunCommand;
  readonly clock: Clock;
  /** `/etc/pf.conf` */
  readonly rules: string;
  readonly readOptions: () => Promise<OpenbsdOptions>;
}

/** The driver of an OpenBSD. Every refusal of pfctl is a FirewallError with its reason. */
export function createOpenbsdDriver(host: OpenbsdHost): FirewallDriver {
  const readTable = createReadBack(host.clock);
  const file = { run: host.run, path: host.rules };
  return {
    name: 'openbsd',
    dryRun: false,
    plan: async (wanted) => planTables(tablesOf(host, await host.readOptions()), wanted),
    apply: async (plan) => applyPlan(tablesOf(host, await host.readOptions()), plan),
    async verify({ maxAgeMs = 0 } = {}) {
      const pf = tablesOf(host, await host.readOptions());
      const problems = await checkEnabled(host);
      const sizes = await readSizes(host.run);
      const held = await readTables(pf, { readTable, sizes, maxAgeMs, problems });
      return {
        tables: pf.reload ? held : await readFiles(pf, held, problems),
        rulesInPlace:
          problems.every(({ code }) => code !== 'pf-disabled') &&
          (await areRulesLoaded(file, pf.names.block)),
        ...(await readCapacity(pf, sizes)),
        problems,
      };
    },
    cutConnections: (added) => cutStates(host.run, added),
    raiseTableLimit: (entries) => raiseLimit(file, entries),
    async enable() {
      const options = await host.readOptions();
      requireFiles(options);
      await putRulesIn(file, confNames(options));
    },
    disable: async () => takeRulesOut(file, (await host.readOptions()).names.block),
    async remove() {
      const pf = tablesOf(host, await host.readOptions());
      await removeRules(file, pf.names.block);
      await dropTables(pf, file);
    },
  };
}

type OpenbsdTables = PfTables & Pick<OpenbsdOptions, 'reload'>;

function tablesOf({ run, rules }: OpenbsdHost, options: OpenbsdOptions): OpenbsdTables {
  const { names, files, reload } = options;
  return { run, names, files, reload, whereToRaise: `"set limit table-entries" in ${rules}` };
}

function confNames({ names, files, pass }: OpenbsdOptions): PfConfNames {
  return { ...names, blockFile: files.block, allowFile: files.allow, pass };
}

async function planTables(pf: OpenbsdTables, wanted: PolicyTables): Promise<ApplyPlan> {
  const sizes = await readSizes(pf.run);
  const limit = await readLimit(pf.run);
  const plan = pf.reload ? planTable : planFile;
  const changes = [await plan(pf, 'block', wanted.block), await plan(pf, 'allow', wanted.allow)];
  const room = { limit, requestLimit: null, sizes };
  return { wanted, changes, problems: checkTableRoom(wanted, room, pf) };
}

async function applyPlan(pf: OpenbsdTables, plan: ApplyPlan): Promise<void> {
  await (pf.reload ? applyTables(pf, plan) : applyTableFiles(plan, pf.files));
}

/** pf without its rules blocks nothing, whatever the tables hold. */
async function checkEnabled({ run }: OpenbsdHost): Promise<Problem[]> {
  if (parseEnabled((await run(SHOW_INFO)).stdout)) return [];
  const message = 'pf is not enabled: nothing is blocked';
  const remedy = 'Run "rcctl enable pf" and "pfctl -e".';
  return [{ code: 'pf-disabled', severity: 'error', message, remedy }];
}

/** Rules that name a file which is not there would keep pf from loading any rule at the next boot. */
function requireFiles({ files }: OpenbsdOptions): void {
  for (const path of [files.block, files.allow]) {
    if (existsSync(path)) continue;
    throw new FirewallError(`there is nothing to enforce: ${path} does not exist`, {
      remedy: 'Run "tsadmin update" to load the policy.',
    });
  }
}

/** Tables that rules of the administrator name are emptied: without their files pf would load no rule at the next boot. */
async function dropTables(pf: OpenbsdTables, file: RuleFile): Promise<void> {
  const text = (await readTextOrNull(file.path)) ?? '';
  if (![pf.names.block, pf.names.allow].some((name) => namesTable(text, name))) {
    await removeTables(pf);
    // A file that pf.conf includes may name them, too.
    if (text === '' || (await doesLoad(file))) return;
  }
  for (const table of ['block', 'allow'] as const) {
    await (await stageTableFile(pf.files[table], EMPTY_TABLE)).commit();
    await replacePfTable(pf, pf.names[table], pf.files[table]);
  }
}
