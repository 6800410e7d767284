import { FormatError, PolicyError } from '../core/errors.ts';
import type { FetchedList } from '../core/ports.ts';
import { decodeApl, type AplTarget } from '../protocol/apl.ts';
import { uint32At } from '../protocol/dns-bytes.ts';
import { readLabels } from '../protocol/dns-name.ts';
import type { RecordCursor } from '../protocol/dns-scan.ts';
import { CLASS_IN, TYPE } from '../protocol/dns-types.ts';
import { addRpzPrefix, isRpzAddress } from '../protocol/rpz.ts';
import { addColumns, entriesOf, finishedList, newColumns } from './list-columns.ts';
import type { PolicyLimits } from './policy-list.ts';

/** CNAME target of an address that a response policy zone lets pass. */
const PASSTHRU = 'rpz-passthru';

/** The lists of one zone, collected record by record while the zone is transferred. */
export class ZoneLists {
  readonly #zone: string;
  readonly #zoneLabels: number;
  readonly #limits: PolicyLimits;
  readonly #subLists = new Map<string, Set<string>>();
  readonly #apl = new Map<string, AplTarget>();
  readonly #addresses = new Map<string, AplTarget>();
  readonly #rpz = newColumns();
  #entries = 0;

  constructor(zone: string, limits: PolicyLimits) {
    this.#zone = zone;
    this.#zoneLabels = zone.split('.').length;
    this.#limits = limits;
  }

  /**
   * Takes a record; those that belong to no list are passed over.
   * @throws FormatError when it is damaged; PolicyError when the limit of entries is exceeded
   */
  add(record: RecordCursor): void {
    if (record.class !== CLASS_IN) return;
    const labels = readLabels(record.message, record.ownerStart).map((label) =>
      label.toLowerCase(),
    );
    const below = labels.slice(0, -this.#zoneLabels);
    if (isRpzAddress(below)) this.#addRpz(record, below);
    else if (record.type === TYPE.APL) this.#addApl(record, labels.join('.'));
    else if (record.type === TYPE.A) this.#addAddress(record, labels.join('.'));
    else if (record.type === TYPE.PTR) this.#addSubList(record, labels.join('.'));
    if (this.#entries > this.#limits.entries) {
      throw new PolicyError(
        `The zone ${this.#zone} holds more than ${this.#limits.entries} entries.`,
      );
    }
  }

  /**
   * One list, found as queries would find it: sub-lists, else its own prefixes, else numbered addresses. The name of
   * the zone itself stands for its `rpz-ip` triggers.
   * @throws PolicyError when it is not there, empty, or misses a sub-list
   */
  list(name: string): FetchedList {
    const columns = newColumns();
    const subLists = this.#subLists.get(name);
    const own = this.#apl.get(name);
    if (subLists !== undefined) this.#joinSubLists(subLists, columns);
    else if (own !== undefined) addColumns(columns, own);
    else if (name === this.#zone && entriesOf(this.#rpz) > 0) addColumns(columns, this.#rpz);
    else this.#joinNumbered(name, columns);
    return finishedList(name, columns);
  }

  #joinSubLists(subLists: ReadonlySet<string>, into: AplTarget): void {
    if (subLists.size > this.#limits.subLists) throw this.#tooManySubLists();
    for (const subList of subLists) {
      const part = this.#apl.get(subList);
      if (part === undefined) throw new PolicyError(`Its sub-list ${subList} is not in the zone.`);
      addColumns(into, part);
    }
  }

  #joinNumbered(name: string, into: AplTarget): void {
    const [first = '', ...rest] = name.split('.');
    for (let number = 0; number <= this.#limits.subLists; number++) {
      const label = number === 0 ? first : `${first}${number}`;
      const part = this.#addresses.get([label, ...rest].join('.'));
      if (part === undefined) return;
      addColumns(into, part);
    }
    throw this.#tooManySubLists();
  }

  #addRpz(record: RecordCursor, below: readonly string[]): void {
    const columns = this.#rpz;
    const into = letsPass(record, below)
      ? { v4: columns.exclude4, v6: columns.exclude6 }
      : { v4: columns.include4, v6: columns.include6 };
    if (!addRpzPrefix(below, into)) {
      throw new FormatError(`The zone ${this.#zone} has an rpz-ip name that is not a prefix.`);
    }
    this.#entries += 1;
  }

  #addApl({ message, rdataStart, rdataEnd }: RecordCursor, name: string): void {
    const columns = columnsOf(this.#apl, name);
    const before = entriesOf(columns);
    decodeApl(message, rdataStart, rdataEnd, columns);
    this.#entries += entriesOf(columns) - before;
  }

  #addAddress({ message, rdataStart, rdataEnd }: RecordCursor, name: string): void {
    if (rdataEnd - rdataStart !== 4) {
      throw new FormatError(`The zone ${this.#zone} has an address record that is not 4 bytes.`);
    }
    columnsOf(this.#addresses, name).include4.add4(uint32At(message, rdataStart), 32);
    this.#entries += 1;
  }

  #addSubList({ message, rdataStart }: RecordCursor, name: string): void {
    const target = readLabels(message, rdataStart).join('.').toLowerCase();
    const subLists = this.#subLists.get(name) ?? new Set<string>();
    this.#subLists.set(name, subLists.add(target));
  }

  #tooManySubLists(): PolicyError {
    return new PolicyError(`It has more than ${this.#limits.subLists} sub-lists.`);
  }
}

/** A CNAME to `rpz-passthru.`, or in the old form to the trigger's own name without the zone. */
function letsPass({ type, message, rdataStart }: RecordCursor, below: readonly string[]): boolean {
  if (type !== TYPE.CNAME) return false;
  const target = readLabels(message, rdataStart).join('.').toLowerCase();
  return target === PASSTHRU || target === below.join('.');
}

function columnsOf(map: Map<string, AplTarget>, name: string): AplTarget {
  const columns = map.get(name) ?? newColumns();
  map.set(name, columns);
  return columns;
}
