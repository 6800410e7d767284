import { countDifference, overlapping, subtract, union } from '../../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import { parseTable } from '../../core/prefix-text.ts';
import type { Store } from '../store.ts';
import type { PolicyFields, Role } from '../tables/policies.ts';
import { ConflictError } from './change.ts';
import { policyNamed } from './policies.ts';
import { publishedTables } from './publish.ts';

/** What one source gives to a policy. */
export interface SourceShare {
  readonly name: string;
  readonly role: Role;
  readonly entries: number;
  /** Entries that meet no entry of another source of the same role. */
  readonly alone: number;
}

/** How many entries of one source meet another one of the same role. */
export interface SourceOverlap {
  readonly role: Role;
  readonly name: string;
  readonly other: string;
  readonly entries: number;
}

/** A size that firewalls have by default, and whether the policy fits. */
export interface TableLimit {
  readonly name: string;
  readonly entries: number;
  readonly fits: boolean;
}

/** What a policy would be if it were published now. */
export interface PolicyPreview {
  /** Entries of the two lists. */
  readonly block: number;
  readonly allow: number;
  /** Entries of the block list that meet the allow list, and entries that are left when that is taken out. */
  readonly allowedBlocks: number;
  readonly enforced: number;
  readonly sources: readonly SourceShare[];
  /** Pairs that meet, the largest overlap first. */
  readonly overlaps: readonly SourceOverlap[];
  /** Against what is published. */
  readonly changes: Readonly<Record<Role, { readonly added: number; readonly removed: number }>>;
  readonly limits: readonly TableLimit[];
}

/** Table sizes that are there without any setting. */
const LIMITS: readonly (readonly [string, number])[] = [
  ['ipset set (maxelem 65,536)', 65_536],
  ['OpenBSD and FreeBSD PF (table-entries 200,000)', 200_000],
  ['pfSense (table-entries 400,000)', 400_000],
  ['OPNsense (table-entries 1,000,000)', 1_000_000],
];

/**
 * What a policy would be if it were published now.
 * @param proposed fields it is to have; default: those it has
 * @throws NotFoundError; ConflictError for a source that is not there
 */
export function previewPolicy(
  store: Store,
  name: string,
  proposed: Partial<Pick<PolicyFields, 'block' | 'allow'>> = {},
): PolicyPreview {
  const policy = policyNamed(store, name);
  const block = readSources(store, proposed.block ?? policy.block);
  const allow = readSources(store, proposed.allow ?? policy.allow);
  const [blocked, allowed] = [together(block), together(allow)];
  const before = publishedTables(store, name);
  const enforced = sizeOf(subtract(blocked, allowed));
  const of = <T>(list: (role: Role, tables: Tables) => readonly T[]): T[] => [
    ...list('block', block),
    ...list('allow', allow),
  ];
  return {
    block: sizeOf(blocked),
    allow: sizeOf(allowed),
    allowedBlocks: sizeOf(overlapping(blocked, allowed)),
    enforced,
    sources: of(sharesOf),
    overlaps: of(overlapsOf).toSorted((a, b) => b.entries - a.entries),
    changes: {
      block: countDifference(before.block, blocked),
      allow: countDifference(before.allow, allowed),
    },
    limits: LIMITS.map(([limit, entries]) => ({ name: limit, entries, fits: enforced <= entries })),
  };
}

type Tables = ReadonlyMap<string, PrefixTable>;

function readSources(store: Store, names: readonly string[]): Tables {
  const missing = names.find((name) => store.sources.get(name) === null);
  if (missing !== undefined) throw new ConflictError(`there is no feed or list ${missing}`);
  return new Map(names.map((name) => [name, parseTable(store.sources.prefixes(name))]));
}

function together(tables: Tables): PrefixTable {
  return [...tables.values()].reduce(union, EMPTY_TABLE);
}

function sharesOf(role: Role, tables: Tables): readonly SourceShare[] {
  return [...tables].map(([name, table]) => {
    const others = together(new Map([...tables].filter(([other]) => other !== name)));
    const alone = sizeOf(table) - sizeOf(overlapping(table, others));
    return { name, role, entries: sizeOf(table), alone };
  });
}

function overlapsOf(role: Role, tables: Tables): readonly SourceOverlap[] {
  return [...tables].flatMap(([name, table]) =>
    [...tables].flatMap(([other, otherTable]) => {
      const entries = name === other ? 0 : sizeOf(overlapping(table, otherTable));
      return entries === 0 ? [] : [{ role, name, other, entries }];
    }),
  );
}
