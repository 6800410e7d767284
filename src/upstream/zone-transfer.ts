import { PolicyError } from '../core/errors.ts';
import type { ZoneCopies, ZoneCopy } from '../core/ports.ts';
import type { RecordCursor } from '../protocol/dns-scan.ts';
import { ZoneRecordWriter } from '../protocol/zone-record-writer.ts';
import type { DnsSession } from './dns-client.ts';
import { IxfrAnswer } from './ixfr-answer.ts';
import { NetworkError } from '../core/network-error.ts';
import { WholeZone } from './transfer-taker.ts';
import { ZoneDifference } from './zone-difference.ts';

/** Bytes of records that are taken from one zone; 4 million `rpz-ip` names need about 120 MB. */
const MAX_ZONE_BYTES = 134_217_728;

/** The copies of zones during one fetch. One that a transfer failed with is not used again. */
export class UsedCopies {
  readonly #copies: ZoneCopies;
  readonly #distrusted = new Set<string>();

  constructor(copies: ZoneCopies) {
    this.#copies = copies;
  }

  get anyDistrusted(): boolean {
    return this.#distrusted.size > 0;
  }

  async load(zone: string): Promise<ZoneCopy | null> {
    return this.#distrusted.has(zone) ? null : this.#copies.load(zone);
  }

  distrust(zone: string): void {
    this.#distrusted.add(zone);
  }

  /** After a failed fetch: the next one begins with whole zones. @throws HostError */
  async dropDistrusted(): Promise<void> {
    for (const zone of this.#distrusted) await this.#copies.remove(zone);
  }

  /** After a fetch: keeps these zones, and only these. @throws HostError */
  async keep(zones: readonly TransferredZone[]): Promise<void> {
    for (const { copy, isNew } of zones) if (isNew) await this.#copies.save(copy);
    await this.#copies.keepOnly(zones.map(({ copy }) => copy.zone));
  }
}

/** A zone as the server has it. */
export interface TransferredZone {
  readonly copy: ZoneCopy;
  /** False: it is the copy that was there already. */
  readonly isNew: boolean;
}

/**
 * Reads a zone: what changed since the copy, or the whole zone when there is no copy or the server has no difference.
 * @throws what the session throws; a copy whose difference is no good, or was cut, is distrusted then
 */
export async function transferZone(
  session: DnsSession,
  zone: string,
  copies: UsedCopies,
): Promise<TransferredZone> {
  const copy = await copies.load(zone);
  const changed = copy === null ? null : await transferChanges(session, copy, copies);
  return changed ?? { copy: await transferWhole(session, zone), isNew: true };
}

async function transferWhole(session: DnsSession, zone: string): Promise<ZoneCopy> {
  const records = new WholeRecords(zone);
  const whole = new WholeZone(zone, (record) => records.add(record));
  await session.transfer(zone, null, whole);
  return { zone, serial: whole.serial, pieces: records.finish() };
}

/** Null when the server does not offer differences. */
async function transferChanges(
  session: DnsSession,
  copy: ZoneCopy,
  copies: UsedCopies,
): Promise<TransferredZone | null> {
  const { zone, serial: since } = copy;
  const difference = new ZoneDifference(zone);
  const records = new WholeRecords(zone);
  const answer = new IxfrAnswer(zone, since, {
    whole: (record) => records.add(record),
    removed: (record) => difference.remove(record),
    added: (record) => difference.add(record),
  });
  try {
    if (!(await session.transfer(zone, since, answer))) return null;
    const { kind, serial } = answer.result;
    if (kind === 'unchanged') return { copy, isNew: false };
    const pieces = kind === 'whole' ? records.finish() : await difference.applyTo(copy.pieces);
    return { copy: { zone, serial, pieces }, isNew: true };
  } catch (error) {
    // A server that was silent says nothing about the copy.
    if (!(error instanceof NetworkError) || answer.begun) copies.distrust(zone);
    throw error;
  }
}

/** The records of a whole zone, not more than may be held. */
class WholeRecords {
  readonly #zone: string;
  #writer: ZoneRecordWriter | null = null;

  constructor(zone: string) {
    this.#zone = zone;
  }

  add(record: RecordCursor): void {
    this.#writer ??= new ZoneRecordWriter(this.#zone);
    this.#writer.add(record);
    if (this.#writer.bytes > MAX_ZONE_BYTES) {
      throw new PolicyError(
        `The zone ${this.#zone} holds more than ${MAX_ZONE_BYTES / 1_048_576} MiB of prefixes.`,
        { remedy: 'Choose fewer or shorter lists.' },
      );
    }
  }

  finish(): readonly Uint8Array[] {
    return this.#writer?.finish() ?? [];
  }
}
