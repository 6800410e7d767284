/** Our rules in pf.conf: in, out, and the limit of table entries. */
import { FirewallError } from '../../core/errors.ts';
import type { TableLimitChange } from '../../core/ports.ts';
import { removeFile } from '../../system/atomic-file.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import { SHOW_RULES } from '../pf/commands.ts';
import { readLimit } from '../pf/look.ts';
import { blocksTable } from './parse.ts';
import {
  hasOwnRules,
  withLimit,
  withoutLimit,
  withoutPart,
  withPart,
  type PfConfNames,
} from './pf-conf.ts';
import { dropBackup, readRules, reloadRules, replaceRules, type RuleFile } from './rule-file.ts';

/** Whether pf keeps packets of the block table back, by rules of ours or of the administrator. @throws HostError */
export async function areRulesLoaded({ run }: RuleFile, table: string): Promise<boolean> {
  return blocksTable((await run(SHOW_RULES)).stdout, table);
}

/**
 * Puts our rules in, unless the administrator wrote rules for the table: then those are loaded.
 * @throws FirewallError with the reason of pfctl; pf.conf and the rules are then as they were
 */
export async function putRulesIn(file: RuleFile, names: PfConfNames): Promise<void> {
  const text = await readRules(file);
  const wanted = hasOwnRules(text, names.block) ? text : withPart(text, names);
  await replaceRules(file, text, wanted);
  if (!(await areRulesLoaded(file, names.block))) await reloadRules(file);
}

/**
 * Takes our rules out; those of the administrator are not ours to take.
 * @throws FirewallError when there are rules of the administrator, after ours were taken out
 */
export async function takeRulesOut(file: RuleFile, table: string): Promise<void> {
  const text = (await readTextOrNull(file.path)) ?? '';
  const others = withoutPart(text);
  await replaceRules(file, text, others);
  if (hasOwnRules(others, table)) {
    throw new FirewallError(`rules of your own in ${file.path} block <${table}>`, {
      remedy: `Take them out, run "pfctl -f ${file.path}", then disable again.`,
    });
  }
  if (await areRulesLoaded(file, table)) await reloadRules(file);
}

/** Takes out all that is ours in pf.conf and beside it. @throws FirewallError or HostError */
export async function removeRules(file: RuleFile, table: string): Promise<void> {
  const text = await readTextOrNull(file.path);
  if (text !== null) {
    const others = withoutLimit(withoutPart(text));
    await replaceRules(file, text, others);
    const isLeft = !hasOwnRules(others, table) && (await areRulesLoaded(file, table));
    if (isLeft) await reloadRules(file);
  }
  await removeFile(`${file.path}.threatstop-new`);
  await dropBackup(file);
}

/**
 * Writes the limit into pf.conf and reads it back from pf.
 * @throws FirewallError when pf does not have it afterwards; pf.conf is then as it was
 */
export async function raiseLimit(file: RuleFile, entries: number): Promise<TableLimitChange> {
  const before = await readLimit(file.run);
  if (before >= entries) return { before, after: before };
  const text = await readRules(file);
  const raised = withLimit(text, entries);
  // A run that was killed may have written it.
  await (raised === text ? reloadRules(file) : replaceRules(file, text, raised));
  const after = await readLimit(file.run);
  if (after >= entries) return { before, after };
  await replaceRules(file, raised, text);
  throw new FirewallError(
    `${file.path} has a limit of its own for table entries: pf has ${after}, ${entries} are needed`,
    { remedy: `Set "set limit table-entries ${entries}" in ${file.path}.` },
  );
}
