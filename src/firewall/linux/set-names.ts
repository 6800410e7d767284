/** Which sets the policy is kept in, and their names. */
import { createHash } from 'node:crypto';
import { FirewallError } from '../../core/errors.ts';
import type { TableName } from '../../core/ports.ts';

/** One of our sets: single addresses are kept apart from networks, as a set of addresses is smaller and faster. */
export interface SetRole {
  readonly table: TableName;
  readonly kind: 'addr' | 'net';
  readonly family: 4 | 6;
}

/** All our sets. Of a table, networks come first: see `writeRestore`. */
export const setRoles: readonly SetRole[] = (['block', 'allow'] as const).flatMap((table) =>
  ([4, 6] as const).flatMap((family) =>
    (['net', 'addr'] as const).map((kind) => ({ table, kind, family })),
  ),
);

/** The sets of a table. */
export function rolesOf(table: TableName): readonly SetRole[] {
  return setRoles.filter((role) => role.table === table);
}

/** Longest name of a set (IPSET_MAXNAMELEN is 32 with the final zero). */
const LONGEST_NAME = 31;
/** Longest prefix: behind it comes `blockaddr6`. */
export const LONGEST_PREFIX = LONGEST_NAME - 'blockaddr6'.length;
/** Longest prefix that temporary sets have, too. */
const LONGEST_TEMPORARY = LONGEST_NAME - 'blockaddr6new'.length;
/** So many digits tell prefixes apart that begin alike. */
const DIGITS = 6;
const PREFIX = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/** The set's name: `TSblockaddr`, `TSallownet6`. */
export function setName(prefix: string, { table, kind, family }: SetRole): string {
  return `${prefix}${table}${kind}${family === 6 ? '6' : ''}`;
}

/**
 * The set that is filled and then takes the place of `name`: `TSblockaddrnew`. Where that would be too long, the prefix is
 * cut and a hash of it takes the end's place, so that the name still ends in what the set is.
 */
export function temporaryName(name: string): string {
  const prefix = prefixOfName(name) ?? '';
  return `${temporaryPrefix(prefix)}${name.slice(prefix.length)}new`;
}

function temporaryPrefix(prefix: string): string {
  if (prefix.length <= LONGEST_TEMPORARY) return prefix;
  const digits = createHash('sha256').update(prefix).digest('hex').slice(0, DIGITS);
  return `${prefix.slice(0, LONGEST_TEMPORARY - DIGITS)}${digits}`;
}

/** Names of all sets with this prefix, the temporary ones included. */
export function allNames(prefix: string): readonly string[] {
  const names = setRoles.map((role) => setName(prefix, role));
  return [...names, ...names.map(temporaryName)];
}

/** The prefix of one of our names, as a rule holds it; null: not a name of ours. */
export function prefixOfName(name: string): string | null {
  return /^(.+?)(?:block|allow)(?:addr|net)6?(?:new)?$/.exec(name)?.[1] ?? null;
}

/** @throws FirewallError saying why the prefix cannot be used */
export function requirePrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) {
    throw new FirewallError(
      'tsprefix: names of sets are made of letters, digits, "_" and, not first, "-"',
    );
  }
  if (prefix.length <= LONGEST_PREFIX) return;
  throw new FirewallError(
    `tsprefix "${prefix}" has ${prefix.length} characters: with "blockaddr6" behind it the name of a set would ` +
      `be ${prefix.length + LONGEST_NAME - LONGEST_PREFIX} long, and ipset takes ${LONGEST_NAME}`,
    { remedy: `Set tsprefix to at most ${LONGEST_PREFIX} characters.` },
  );
}
