import { setImmediate } from 'node:timers/promises';
import { AgentError, PolicyError } from '../core/errors.ts';
import type {
  FetchedPolicy,
  PolicySource,
  PolicyVersion,
  Report,
  ZoneCopies,
  ZoneCopy,
} from '../core/ports.ts';
import { versionOf } from '../core/zone-serial.ts';
import { ZoneRecordCursor } from '../protocol/zone-record.ts';
import { withServer, type DnsSession } from './dns-client.ts';
import { aboutList } from './dns-remedy.ts';
import { POLICY_LIMITS, type PolicyLimits } from './policy-list.ts';
import {
  checkRequest,
  policyError,
  type CheckedRequest,
  type PolicySourceOptions,
} from './policy-request.ts';
import { changedZones, zoneOf } from './policy-version.ts';
import { ZoneLists } from './zone-lists.ts';
import { UsedCopies, transferZone, type TransferredZone } from './zone-transfer.ts';

/** The policy service, and where its zones are kept between two transfers. */
export interface TransferSourceOptions extends PolicySourceOptions {
  readonly copies: ZoneCopies;
}

/** A policy, and the zones it was taken from. */
interface TransferredPolicy {
  readonly policy: FetchedPolicy;
  readonly zones: readonly TransferredZone[];
}

/**
 * Policies by zone transfer: the zones that hold the lists are read whole (AXFR) the first time, later what changed in
 * them (IXFR); the lists are taken out of them. A list that has the name of its zone may be a response policy zone; its
 * `rpz-ip` triggers are the list. A transfer is consistent in itself, so the serials are asked once. A difference that
 * does not fit the copy is never used: the zone is then read whole.
 */
export function createTransferSource(options: TransferSourceOptions): PolicySource {
  return {
    async fetch(request, known, report = () => undefined) {
      const lists = checkRequest(request);
      const copies = new UsedCopies(options.copies);
      let read: TransferredPolicy | 'unchanged';
      try {
        read = await readTwice(options, copies, (session) =>
          readPolicy(session, { lists, known, copies, options, report }),
        );
      } catch (error) {
        await copies.dropDistrusted();
        throw policyError(error, lists);
      }
      if (read === 'unchanged') return read;
      await copies.keep(read.zones);
      return read.policy;
    },
  };
}

/** Works again from the start, once, when a copy turned out to be no good: now without it. */
async function readTwice<T>(
  options: TransferSourceOptions,
  copies: UsedCopies,
  work: (session: DnsSession) => Promise<T>,
): Promise<T> {
  try {
    return await withServer(options, work);
  } catch (error) {
    if (!(error instanceof AgentError) || !copies.anyDistrusted) throw error;
    return withServer(options, work);
  }
}

/** What is to be read, and with what. */
interface ReadOrder {
  readonly lists: CheckedRequest;
  readonly known: PolicyVersion | null;
  readonly copies: UsedCopies;
  readonly options: TransferSourceOptions;
  readonly report: Report;
}

async function readPolicy(
  session: DnsSession,
  { lists, known, copies, options, report }: ReadOrder,
): Promise<TransferredPolicy | 'unchanged'> {
  const wanted = [...lists.block, ...lists.allow];
  const serials = await changedZones(session, wanted, known);
  if (serials === 'unchanged') return serials;
  const limits = { ...POLICY_LIMITS, ...options.policyLimits };
  const zones: TransferredZone[] = [];
  const contents = new Map<string, ZoneLists>();
  for (const name of serials.keys()) {
    report('transferring zones', zones.length, serials.size);
    const zone = await transferZone(session, name, copies);
    zones.push(zone);
    contents.set(name, await listsOf(zone.copy, limits, wanted));
  }
  const take = (name: string) => aboutList(name, () => Promise.resolve(listOf(name, contents)));
  const [block, allow] = await Promise.all([
    Promise.all(lists.block.map(take)),
    Promise.all(lists.allow.map(take)),
  ]);
  const version = versionOf(new Map(zones.map(({ copy }) => [copy.zone, copy.serial])));
  return { policy: { version, block, allow }, zones };
}

/** Takes the wanted lists out of a zone. */
async function listsOf(
  { zone, pieces }: ZoneCopy,
  limits: PolicyLimits,
  wanted: readonly string[],
): Promise<ZoneLists> {
  const lists = new ZoneLists(zone, limits, wanted);
  await addAll(pieces, lists);
  if (lists.isComplete) return lists;
  const again = lists.again();
  await addAll(pieces, again);
  return again;
}

/** Piece by piece; other work gets its turn between two of them. */
async function addAll(pieces: readonly Uint8Array[], lists: ZoneLists): Promise<void> {
  for (const piece of pieces) {
    const records = new ZoneRecordCursor(piece);
    while (records.next()) lists.add(records);
    await setImmediate();
  }
}

function listOf(name: string, contents: ReadonlyMap<string, ZoneLists>) {
  const content = contents.get(zoneOf(name, contents.keys()) ?? '');
  if (content === undefined) throw new PolicyError('No transferred zone holds it.');
  return content.list(name);
}
