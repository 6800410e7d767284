/** Which of the two iptables this host uses, and what each of them holds. */
import { HostError } from '../../core/errors.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { iptables, type Argv, type BackEnd } from './commands.ts';
import { familiesOf, type LinuxHost } from './host.ts';
import { parseBackEnd, parseRules, type SavedRules } from './parse-rules.ts';
import { CHAIN } from './rules.ts';

/** A back-end with its rules. */
export interface BackEndRules {
  readonly backEnd: BackEnd;
  /** The IP versions that rules are for. */
  readonly families: readonly (4 | 6)[];
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
export async function readHostRules(host: LinuxHost): Promise<HostRules> {
  // Never from memory: an administrator may change from one to the other.
  const kind = parseBackEnd((await host.run(iptables.version(''))).stdout);
  const first = await readRules(host, { kind, suffix: '' });
  const second = await readOther(host, kind);
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

async function readOther(host: LinuxHost, kind: BackEnd['kind']): Promise<BackEndRules | null> {
  const backEnd: BackEnd =
    kind === 'legacy'
      ? { kind: 'nf_tables', suffix: '-nft' }
      : { kind: 'legacy', suffix: '-legacy' };
  const fault = await whyFailing(host.find, iptables.version(backEnd.suffix));
  return fault === null ? readRules(host, backEnd) : null;
}

async function readRules(host: LinuxHost, backEnd: BackEnd): Promise<BackEndRules> {
  const families = await familiesOf(host);
  const [v4 = '', v6 = ''] = await Promise.all(
    families.map((family) => saveRules(host.run, backEnd, family)),
  );
  return { backEnd, families, rules: { 4: parseRules(v4, CHAIN), 6: parseRules(v6, CHAIN) } };
}

/**
 * The output of iptables-save. Only root may list the tables of the legacy kind (`/proc/net/ip_tables_names`), or load one;
 * the one our rules belong in can be read all the same. A kernel without that kind has none of its rules.
 */
export async function saveRules(run: RunCommand, backEnd: BackEnd, family: 4 | 6): Promise<string> {
  const all = iptables.save(backEnd, family);
  if (backEnd.kind !== 'legacy') return (await run(all)).stdout;
  const text = await saveUnless(/Permission denied|Table does not exist/, run, all);
  if (text !== null) return text;
  const filter = iptables.saveFilter(backEnd, family);
  return (await saveUnless(/Table does not exist/, run, filter)) ?? '';
}

/** Null where the program fails with such words. */
async function saveUnless(words: RegExp, run: RunCommand, argv: Argv): Promise<string | null> {
  try {
    return (await run(argv)).stdout;
  } catch (error) {
    if (error instanceof HostError && words.test(error.message)) return null;
    throw error;
  }
}
