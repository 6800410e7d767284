/** Which prefixes our sets have, where the settings may not tell. */
import type { HostRules } from './back-end.ts';
import type { LinuxHost } from './host.ts';
import type { LinuxOptions } from './rules.ts';
import { prefixOfName } from './set-names.ts';

const DEFAULT_PREFIX = 'TS';

/** The prefix of the sets in force: as set, else that of our rules, else the one remembered last, else the default. */
export async function prefixInForce(
  { marks }: LinuxHost,
  options: LinuxOptions | null,
  rules: HostRules,
): Promise<string> {
  if (options !== null) return options.prefix;
  const made = await marks.read();
  return prefixesInRules(rules)[0] ?? made?.prefixes.at(-1) ?? DEFAULT_PREFIX;
}

/** All prefixes that sets of ours may have. */
export async function knownPrefixes(
  { marks }: LinuxHost,
  options: LinuxOptions | null,
  rules: HostRules,
): Promise<readonly string[]> {
  const made = await marks.read();
  const set = options === null ? [] : [options.prefix];
  return [...new Set([...set, ...prefixesInRules(rules), ...(made?.prefixes ?? [])])];
}

/** Prefixes of the sets that the rules of our chain name. */
function prefixesInRules({ used, other }: HostRules): readonly string[] {
  const rules = [used, ...(other === null ? [] : [other])].flatMap((backEnd) =>
    ([4, 6] as const).flatMap((family) => backEnd.rules[family].filter.chain ?? []),
  );
  const names = rules.flatMap((rule) => /--match-set (\S+) /.exec(rule)?.[1] ?? []);
  return [...new Set(names.flatMap((name) => prefixOfName(name) ?? []))];
}
