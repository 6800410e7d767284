/** Changing /etc/pf.conf so that it always loads, and that what is loaded is what it says. */
import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { FirewallError, HostError, messageOf } from '../../core/errors.ts';
import { stageFile, writeFileAtomic } from '../../system/atomic-file.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { EXPLAINED } from '../pf/commands.ts';
import { pfctlError } from '../pf/pf-table.ts';
import { checkRules, loadRules } from './commands.ts';
import { reasonOf } from './parse.ts';

/** Where the rules are, and who loads them. */
export interface RuleFile {
  readonly run: RunCommand;
  /** `/etc/pf.conf` */
  readonly path: string;
}

/** The file as it was before us. */
export function backupOf(path: string): string {
  return `${path}.pre-threatstop`;
}

/** The text of pf.conf. @throws FirewallError when there is none */
export async function readRules({ path }: RuleFile): Promise<string> {
  const text = await readTextOrNull(path);
  if (text !== null) return text;
  throw new FirewallError(`there is no ${path}`, {
    remedy: `Write one first; /etc/examples/pf.conf is a begin.`,
  });
}

/** Whether pf.conf would load. @throws HostError */
export async function doesLoad({ run, path }: RuleFile): Promise<boolean> {
  return (await run(checkRules(path), EXPLAINED)).exitCode === 0;
}

/** Loads pf.conf as it is. @throws FirewallError with the reason of pfctl; pf has then the rules it had */
export async function reloadRules(file: RuleFile): Promise<void> {
  await runOn(file, loadRules(file.path), file.path, `loading ${file.path}`);
}

/**
 * Puts another text in the place of pf.conf, in one step, and loads it: checked before by pfctl, and the text before put
 * back when pf does not take it. The first time, the text before is kept as `pf.conf.pre-threatstop`. The same text
 * changes nothing.
 * @throws FirewallError or HostError; pf.conf and the rules are then as they were
 */
export async function replaceRules(file: RuleFile, before: string, after: string): Promise<void> {
  if (after === before) return;
  const path = await realpath(file.path);
  const { mode } = await stat(path);
  const next = `${path}.threatstop-new`;
  await writeFileAtomic(next, after, 0o600);
  try {
    await runOn(file, checkRules(next), next, `checking ${file.path} with our rules`);
  } finally {
    await rm(next, { force: true });
  }
  await keepBackup(path, before);
  const staged = await stageFile(path, after, mode & 0o777);
  if ((await readFile(path, 'utf8')) !== before) {
    await staged.discard();
    throw new FirewallError(`${file.path} was changed by somebody else just now`, {
      remedy: 'Try again.',
    });
  }
  await staged.commit();
  try {
    await reloadRules(file);
  } catch (error) {
    await writeFileAtomic(path, before, mode & 0o777);
    await reloadRules(file).catch(() => undefined);
    throw error;
  }
}

/** Takes the backup away when it says no more than pf.conf does. @throws HostError */
export async function dropBackup({ path }: RuleFile): Promise<void> {
  const [kept, now] = [await readTextOrNull(backupOf(path)), await readTextOrNull(path)];
  if (kept !== null && kept === now) await rm(backupOf(path), { force: true });
}

async function keepBackup(path: string, text: string): Promise<void> {
  try {
    if ((await readTextOrNull(backupOf(path))) === null) {
      await writeFileAtomic(backupOf(path), text, 0o600);
    }
  } catch (cause) {
    throw new HostError(`keeping ${path} as it is: ${messageOf(cause)}`, { cause });
  }
}

async function runOn(
  { run, path }: RuleFile,
  argv: Parameters<RunCommand>[0],
  file: string,
  what: string,
): Promise<void> {
  const { stderr, exitCode } = await run(argv, EXPLAINED);
  if (exitCode === 0) return;
  const remedy = `Nothing was changed. See "pfctl -nf ${path}".`;
  throw pfctlError(what, reasonOf(stderr, file, path), remedy);
}
