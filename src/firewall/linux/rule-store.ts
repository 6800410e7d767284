/** Our rules in the kernel: put in and taken out, each time in one transaction for each IP version. */
import { FirewallError, HostError } from '../../core/errors.ts';
import { holdsOurs, readHostRules, whyFailing, type BackEndRules } from './back-end.ts';
import { iptables, nft, programOf } from './commands.ts';
import type { LinuxHost } from './host.ts';
import { chainRules, disableText, enableText, ruleFaults, type LinuxOptions } from './rules.ts';

/** Somebody else may change the rules between reading and writing; then the transaction fails and is made anew. */
const TRIES = 3;

/**
 * Puts the rules in where they are not exactly as wanted, and takes those of the other back-end out.
 * The marks of the host remember which tables were made, so that removing takes them away.
 * @throws HostError or FirewallError; the rules of an IP version are then what they were
 */
export async function enableRules(host: LinuxHost, options: LinuxOptions): Promise<void> {
  await repeatedly(host, async ({ used, other }) => {
    await host.marks.addTables(missingTables(used));
    for (const family of used.families) {
      const { filter } = used.rules[family];
      const wanted = chainRules(options, family);
      if (ruleFaults(filter, wanted).length === 0) continue;
      await explained(options, programOf(used.backEnd, family), () =>
        host.run(iptables.restore(used.backEnd, family), { input: enableText(filter, wanted) }),
      );
    }
    if (other !== null) await takeOut(host, other);
  });
}

/** What iptables says of a target that it does not have names neither the setting nor what to do. */
async function explained(
  { allowAction }: LinuxOptions,
  program: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    // `Chain 'X' does not exist`, and of the legacy kind "Couldn't load target `X'".
    if (!/(?:Chain '|target `)([^']+)'/.exec(error.message)?.slice(1).includes(allowAction)) {
      throw error;
    }
    throw new FirewallError(`allow_action: ${program} has no chain or target "${allowAction}"`, {
      remedy: `Make the chain ("${program} -N ${allowAction}"), or set exempt, ACCEPT or RETURN.`,
      cause: error,
    });
  }
}

/** Takes our rules out of both back-ends. @throws HostError */
export async function disableRules(host: LinuxHost): Promise<void> {
  await repeatedly(host, async ({ used, other }) => {
    await takeOut(host, used);
    if (other !== null) await takeOut(host, other);
  });
}

/**
 * Takes away the tables that were not there before ours, when nothing is in them. Only nf_tables can, and only by
 * `nft`; where that is missing, tables without rules stay, which let everything through as before.
 */
export async function dropMadeTables(host: LinuxHost, made: readonly string[]): Promise<void> {
  if (made.length === 0) return;
  const { used, other } = await readHostRules(host);
  for (const { backEnd, families, rules } of [used, ...(other === null ? [] : [other])]) {
    if (backEnd.kind !== 'nf_tables') continue;
    for (const family of families) {
      const { exists, isBlank } = rules[family].filter;
      if (exists && isBlank && made.includes(tableMark(family))) {
        await whyFailing(host.run, nft.deleteTable(family));
      }
    }
  }
}

async function takeOut({ run }: LinuxHost, found: BackEndRules): Promise<void> {
  if (!holdsOurs(found)) return;
  const { backEnd, families, rules } = found;
  for (const family of families) {
    const input = disableText(rules[family].filter);
    if (input !== '') await run(iptables.restore(backEnd, family), { input });
  }
}

function missingTables({ backEnd, families, rules }: BackEndRules): readonly string[] {
  if (backEnd.kind !== 'nf_tables') return [];
  return families.filter((family) => !rules[family].filter.exists).map(tableMark);
}

function tableMark(family: 4 | 6): string {
  return `filter${family}`;
}

async function repeatedly(
  host: LinuxHost,
  work: (rules: Awaited<ReturnType<typeof readHostRules>>) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work(await readHostRules(host));
      return;
    } catch (error) {
      if (tries === TRIES || !(error instanceof HostError)) throw error;
    }
  }
}
