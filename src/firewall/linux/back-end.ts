/** Which of the two iptables this host uses, and what each of them holds. */
import { HostError } from '../../core/errors.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { iptables, type BackEnd } from './commands.ts';
import { parseBackEnd, parseRules, type SavedRules } from './parse-rules.ts';
import { CHAIN } from './rules.ts';

/** A back-end with its rules. */
export interface BackEndRules {
  readonly backEnd: BackEnd;
  readonly rules: Readonly<Record<4 | 6, SavedRules>>;
}

/** The rules of the host. */
export interface HostRules {
  /** The back-end that our rules belong in. */
  readonly used: BackEndRules;
  /** The other one, where the host has it. */
  readonly other: BackEndRules | null;
}

/**
 * Reads the rules of both back-ends. The one that others keep their rules in is used; when that is both or neither, the
 * one that `iptables` is on this host.
 * @throws HostError when iptables is missing or cannot be read
 */
export async function readHostRules(run: RunCommand): Promise<HostRules> {
  const kind = parseBackEnd((await run(iptables.version(''))).stdout);
  const first = await readRules(run, { kind, suffix: '' });
  const second = await readOther(run, kind);
  if (second === null || isUsed(first) || !isUsed(second)) return { used: first, other: second };
  return { used: second, other: first };
}

/** Whether somebody else has rules in the back-end. */
export function isUsed({ rules }: BackEndRules): boolean {
  return rules[4].isUsedByOthers || rules[6].isUsedByOthers;
}

/** Whether anything of ours is in the back-end. */
export function holdsOurs({ rules }: BackEndRules): boolean {
  return ([4, 6] as const).some((family) => rules[family].filter.chain !== null);
}

/** Runs a command whose failure is an answer. Null: it did its work, else why not. */
export async function whyFailing(
  run: RunCommand,
  argv: readonly [string, ...string[]],
): Promise<string | null> {
  try {
    await run(argv);
    return null;
  } catch (error) {
    if (error instanceof HostError) return error.message;
    throw error;
  }
}

async function readOther(run: RunCommand, kind: BackEnd['kind']): Promise<BackEndRules | null> {
  const backEnd: BackEnd =
    kind === 'legacy'
      ? { kind: 'nf_tables', suffix: '-nft' }
      : { kind: 'legacy', suffix: '-legacy' };
  const fault = await whyFailing(run, iptables.version(backEnd.suffix));
  return fault === null ? readRules(run, backEnd) : null;
}

async function readRules(run: RunCommand, backEnd: BackEnd): Promise<BackEndRules> {
  const [v4, v6] = await Promise.all([saveRules(run, backEnd, 4), saveRules(run, backEnd, 6)]);
  return { backEnd, rules: { 4: parseRules(v4, CHAIN), 6: parseRules(v6, CHAIN) } };
}

/**
 * The output of iptables-save. Only root may list the tables of the legacy kind (`/proc/net/ip_tables_names`); the one
 * our rules belong in can be read all the same.
 */
export async function saveRules(run: RunCommand, backEnd: BackEnd, family: 4 | 6): Promise<string> {
  try {
    return (await run(iptables.save(backEnd, family))).stdout;
  } catch (error) {
    const isDenied = error instanceof HostError && error.message.includes('Permission denied');
    if (backEnd.kind !== 'legacy' || !isDenied) throw error;
    return (await run(iptables.saveFilter(backEnd, family))).stdout;
  }
}
