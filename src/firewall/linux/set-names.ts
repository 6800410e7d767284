/** Which sets the policy is kept in, and their names. */
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

/** Longest name of a set (IPSET_MAXNAMELEN is 32 with the final zero). */
const LONGEST_NAME = 31;
/** Longest prefix: behind it comes `blockaddr6new`. */
export const LONGEST_PREFIX = LONGEST_NAME - 'blockaddr6new'.length;
const PREFIX = /^[A-Za-z0-9_-]+$/;

/** The set's name: `TSblockaddr`, `TSallownet6`. */
export function setName(prefix: string, { table, kind, family }: SetRole): string {
  return `${prefix}${table}${kind}${family === 6 ? '6' : ''}`;
}

/** The set that is filled and then takes the place of `name`. */
export function temporaryName(name: string): string {
  return `${name}new`;
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
    throw new FirewallError('tsprefix: names of sets are made of letters, digits, "-" and "_"');
  }
  if (prefix.length <= LONGEST_PREFIX) return;
  throw new FirewallError(
    `tsprefix "${prefix}" has ${prefix.length} characters: with "blockaddr6new" behind it the name of a set would ` +
      `be ${prefix.length + LONGEST_NAME - LONGEST_PREFIX} long, and ipset takes ${LONGEST_NAME}`,
    { remedy: `Set tsprefix to at most ${LONGEST_PREFIX} characters.` },
  );
}
