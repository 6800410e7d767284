/** The sets in the kernel: read, changed, removed. */
import { setTimeout as delay } from 'node:timers/promises';
import { FirewallError } from '../../core/errors.ts';
import type { PrefixList, PrefixTable } from '../../core/prefix-list.ts';
import { emptyList } from '../../core/prefix-list.ts';
import type { TableName } from '../../core/ports.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { ipset } from './commands.ts';
import { parseHeaders, parseMembers, type SetHeader } from './parse-sets.ts';
import { writeRestore } from './restore-text.ts';
import type { HeldSet, HeldSets, SetChange } from './set-changes.ts';
import { joinContents } from './set-content.ts';
import { rolesOf, setName, setRoles, temporaryName, type SetRole } from './set-names.ts';

/** A million entries take seconds, on a slow host a minute. */
const TIMEOUT_MS = 600_000;
/** nf_tables gives a set free some moments after the last rule that used it went. */
const FREE_TRIES = 60;
const FREE_WAIT_MS = 20;

/** Our sets in the kernel. */
export interface SetStore {
  /** All sets of the host, without entries. @throws HostError */
  headers(): Promise<readonly SetHeader[]>;
  /** Reads our sets of a table, entry by entry. @param headers as just read @throws HostError */
  read(headers: readonly SetHeader[], prefix: string, table: TableName): Promise<HeldSets>;
  /**
   * Makes the changes, in one `ipset restore`.
   * @returns the sets of the host as they are then
   * @throws FirewallError when a set then has another number of entries; HostError
   */
  change(
    headers: readonly SetHeader[],
    changes: readonly SetChange[],
  ): Promise<readonly SetHeader[]>;
  /** Destroys those of these sets that exist, are of our kind and are not in use. @throws FirewallError naming a set that is in use */
  destroy(names: readonly string[]): Promise<void>;
}

/**
 * @param run runs commands on the host
 * @param folder for what `ipset restore` is given; it is made when first needed
 */
export function createSetStore(run: RunCommand, folder: string): SetStore {
  const headers = async (): Promise<readonly SetHeader[]> =>
    parseHeaders((await run(ipset.headers)).stdout);
  return {
    headers,
    async read(found, prefix, table) {
      const held = new Map<string, HeldSet>();
      for (const [role, header] of ownSets(found, prefix, table)) {
        held.set(header.name, await heldSet(role, header, readEntries(run, header, role)));
      }
      return held;
    },
    async change(found, changes) {
      await restore(run, folder, changes, found);
      const after = await headers();
      requireCounts(changes, after);
      return after;
    },
    destroy: (names) => destroySets(run, headers, names),
  };
}

/** How many entries a set takes. */
export function roomOf({ options }: SetHeader): number {
  return Number(options.get('maxelem') ?? 0);
}

async function readEntries(
  run: RunCommand,
  { name, entries }: SetHeader,
  { family }: SetRole,
): Promise<PrefixList> {
  return entries === 0 ? emptyList(family) : readMembers(run, name, family);
}

async function heldSet(
  { family }: SetRole,
  header: SetHeader,
  reading: Promise<PrefixList>,
): Promise<HeldSet> {
  try {
    return { entries: await reading, room: roomOf(header), fault: null };
  } catch (error) {
    if (!(error instanceof FirewallError)) throw error;
    return { entries: emptyList(family), room: 0, fault: error.message };
  }
}

/** The table that the sets hold; null when one of them is missing or damaged. */
export function tableOf(held: HeldSets, prefix: string, table: TableName): PrefixTable | null {
  if (rolesOf(table).some((role) => held.get(setName(prefix, role))?.fault !== null)) return null;
  const listOf = (kind: SetRole['kind'], family: 4 | 6): PrefixList =>
    held.get(setName(prefix, { table, kind, family }))?.entries ?? emptyList(family);
  return joinContents({
    addr: { v4: listOf('addr', 4), v6: listOf('addr', 6) },
    net: { v4: listOf('net', 4), v6: listOf('net', 6) },
  });
}

/** Sets that have one of our names and are of another kind: not ours, and never touched. */
export function strangersAmong(
  headers: readonly SetHeader[],
  prefix: string,
): readonly SetHeader[] {
  const roleOf = new Map(
    setRoles.flatMap((role) => {
      const name = setName(prefix, role);
      return [[name, role] as const, [temporaryName(name), role] as const];
    }),
  );
  return headers.filter((header) => {
    const role = roleOf.get(header.name);
    return role !== undefined && !isOfKind(header, role);
  });
}

/** Our sets of a table, of those that are there. */
export function ownSets(
  headers: readonly SetHeader[],
  prefix: string,
  table: TableName,
): readonly (readonly [SetRole, SetHeader])[] {
  const byName = new Map(headers.map((header) => [header.name, header]));
  return rolesOf(table).flatMap((role) => {
    const header = byName.get(setName(prefix, role));
    return header !== undefined && isOfKind(header, role) ? [[role, header] as const] : [];
  });
}

/** Sets with time-outs or a mask are made by somebody else. */
function isOfKind({ type, options }: SetHeader, { kind, family }: SetRole): boolean {
  return (
    type === (kind === 'addr' ? 'hash:ip' : 'hash:net') &&
    options.get('family') === (family === 4 ? 'inet' : 'inet6') &&
    !options.has('timeout') &&
    !options.has('netmask')
  );
}

async function readMembers(run: RunCommand, name: string, family: 4 | 6): Promise<PrefixList> {
  const { stdout } = await run(ipset.save(name), { timeoutMs: TIMEOUT_MS });
  return parseMembers(stdout, name, family);
}

async function restore(
  run: RunCommand,
  folder: string,
  changes: readonly SetChange[],
  headers: readonly SetHeader[],
): Promise<void> {
  const temporary = new Set(changes.map(({ name }) => temporaryName(name)));
  const leftovers = headers.map(({ name }) => name).filter((name) => temporary.has(name));
  const input = writeRestore(changes, leftovers);
  if (input.length === 0) return;
  // Half a text would leave a set half changed, and half a line is another address.
  await run(ipset.restore, { input, inputFolder: folder, timeoutMs: TIMEOUT_MS });
}

function requireCounts(changes: readonly SetChange[], headers: readonly SetHeader[]): void {
  const held = new Map(headers.map(({ name, entries }) => [name, entries]));
  for (const { name, wanted } of changes) {
    const entries = held.get(name) ?? 0;
    if (entries === wanted.size) continue;
    throw new FirewallError(`the set ${name} holds ${entries} entries instead of ${wanted.size}`, {
      remedy: 'Another program may be changing it; run "tsadmin update" again.',
    });
  }
}

async function destroySets(
  run: RunCommand,
  headers: () => Promise<readonly SetHeader[]>,
  names: readonly string[],
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const existing = (await headers()).filter(({ name }) => names.includes(name));
    if (existing.length === 0) return;
    const input = existing.map(({ name }) => `destroy ${name}\n`).join('');
    if (existing.every(({ references }) => references === 0)) {
      await run(ipset.restore, { input, timeoutMs: TIMEOUT_MS });
      return;
    }
    if (tries === FREE_TRIES) throw inUse(existing);
    await delay(FREE_WAIT_MS);
  }
}

function inUse(sets: readonly SetHeader[]): FirewallError {
  const used = sets.filter(({ references }) => references > 0).map(({ name }) => name);
  return new FirewallError(`cannot remove ${used.join(', ')}: a rule of somebody else uses it`, {
    remedy: 'Find it with "iptables-save | grep match-set", delete it and remove again.',
  });
}
