import { FormatError, PolicyError } from '../core/errors.ts';
import type { FetchedList } from '../core/ports.ts';
import { decodeApl, type AplTarget } from '../protocol/apl.ts';
import { uint32At } from '../protocol/dns-bytes.ts';
import { readLabels } from '../protocol/dns-name.ts';
import { TYPE } from '../protocol/dns-types.ts';
import { addRpzPrefix, addRpzPrefix4, isRpzAddress } from '../protocol/rpz.ts';
import type { ZoneRecordCursor } from '../protocol/zone-record.ts';
import { addColumns, entriesOf, finishedList, newColumns } from './list-columns.ts';
import type { PolicyLimits } from './policy-list.ts';

/** CNAME target of an address that a response policy zone lets pass. */
const PASSTHRU = 'rpz-passthru';

/**
 * The wanted lists of one zone, collected from its records. Nothing is kept of other names, so that a zone of millions of
 * names takes no more memory than its lists.
 */
export class ZoneLists {
  readonly #zone: string;
  readonly #limits: PolicyLimits;
  readonly #wanted: ReadonlySet<string>;
  readonly #subLists: Map<string, Set<string>>;
  /** The wanted lists and all of their sub-lists. */
  readonly #names: Set<string>;
  readonly #apl = new Map<string, AplTarget>();
  readonly #addresses = new Map<string, AplTarget>();
  readonly #rpz = newColumns();
  #entries = 0;
  #skipped = false;
  #isComplete = true;

  /** @param wanted the lists that {@link list} will be asked for; others may be among them */
  constructor(zone: string, limits: PolicyLimits, wanted: Iterable<string>) {
    this.#zone = zone;
    this.#limits = limits;
    this.#wanted = new Set(wanted);
    this.#subLists = new Map();
    this.#names = new Set(this.#wanted);
  }

  /** False when records of a sub-list came before it was known for one: all records must go through {@link again}. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Empty, with all sub-lists known. */
  again(): ZoneLists {
    const lists = new ZoneLists(this.#zone, this.#limits, this.#wanted);
    for (const [name, subLists] of this.#subLists) {
      lists.#subLists.set(name, subLists);
      for (const subList of subLists) lists.#names.add(subList);
    }
    return lists;
  }

  /**
   * Takes a record.
   * @throws FormatError when it is damaged; PolicyError when the limit of entries is exceeded
   */
  add(record: ZoneRecordCursor): void {
    if (this.#addBlocked4(record)) this.#entries += 1;
    else this.#addOther(record);
    if (this.#entries > this.#limits.entries) {
      throw new PolicyError(
        `The zone ${this.#zone} holds more than ${this.#limits.entries} entries.`,
      );
    }
  }

  /** Most records of a large response policy zone are like this: an IPv4 trigger that is `CNAME .` */
  #addBlocked4({ bytes, type, start, dataStart, end }: ZoneRecordCursor): boolean {
    const isBlocked = type === TYPE.CNAME && end - dataStart === 1;
    return (
      isBlocked && this.#wanted.has(this.#zone) && addRpzPrefix4(bytes, start, this.#rpz.include4)
    );
  }

  #addOther(record: ZoneRecordCursor): void {
    const below = readLabels(record.bytes, record.start);
    const name = this.#nameOf(below);
    if (isRpzAddress(below)) this.#addRpz(record, below);
    else if (record.type === TYPE.PTR) this.#addSubList(record, name);
    else if (!this.#isWanted(name)) this.#skipped = true;
    else if (record.type === TYPE.APL) this.#addApl(record, name);
    else if (record.type === TYPE.A) this.#addAddress(record, name);
  }

  /** A list, a sub-list, or one of the numbered lists that go with it. */
  #isWanted(name: string): boolean {
    if (this.#names.has(name)) return true;
    const [first = '', ...rest] = name.split('.');
    for (let end = first.length - 1; end > 0 && isDigit(first[end]); end--) {
      if (this.#wanted.has([first.slice(0, end), ...rest].join('.'))) return true;
    }
    return false;
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

  #nameOf(below: readonly string[]): string {
    return [...below, this.#zone].join('.');
  }

  #joinSubLists(subLists: ReadonlySet<string>, into: AplTarget): void {
    for (const subList of subLists) {
      const part = this.#apl.get(subList);
      if (part === undefined) throw new PolicyError(`Its sub-list ${subList} is not in the zone.`);
      if (entriesOf(part) === 0) throw new PolicyError(`Its sub-list ${subList} is empty.`);
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

  #addRpz(record: ZoneRecordCursor, below: readonly string[]): void {
    if (!this.#wanted.has(this.#zone)) return;
    const columns = this.#rpz;
    const into = letsPass(record, below)
      ? { v4: columns.exclude4, v6: columns.exclude6 }
      : { v4: columns.include4, v6: columns.include6 };
    if (!addRpzPrefix(below, into)) {
      throw new FormatError(`The zone ${this.#zone} has an rpz-ip name that is not a prefix.`);
    }
    this.#entries += 1;
  }

  #addApl({ bytes, dataStart, end }: ZoneRecordCursor, name: string): void {
    const columns = columnsOf(this.#apl, name);
    const before = entriesOf(columns);
    decodeApl(bytes, dataStart, end, columns);
    this.#entries += entriesOf(columns) - before;
  }

  #addAddress({ bytes, dataStart, end }: ZoneRecordCursor, name: string): void {
    if (end - dataStart !== 4) {
      throw new FormatError(`The zone ${this.#zone} has an address record that is not 4 bytes.`);
    }
    columnsOf(this.#addresses, name).include4.add4(uint32At(bytes, dataStart), 32);
    this.#entries += 1;
  }

  #addSubList({ bytes, dataStart }: ZoneRecordCursor, name: string): void {
    if (!this.#wanted.has(name)) return;
    const target = readLabels(bytes, dataStart).join('.');
    const subLists = this.#subLists.get(name) ?? new Set<string>();
    this.#subLists.set(name, subLists.add(target));
    if (subLists.size > this.#limits.subLists) {
      throw new PolicyError(`List ${name} has more than ${this.#limits.subLists} sub-lists.`);
    }
    if (this.#skipped && !this.#names.has(target)) this.#isComplete = false;
    this.#names.add(target);
  }

  #tooManySubLists(): PolicyError {
    return new PolicyError(`It has more than ${this.#limits.subLists} sub-lists.`);
  }
}

function isDigit(character = ''): boolean {
  return character >= '0' && character <= '9';
}

/** A CNAME to `rpz-passthru.`, or in the old form to the trigger's own name without the zone. */
function letsPass({ type, bytes, dataStart }: ZoneRecordCursor, below: readonly string[]): boolean {
  if (type !== TYPE.CNAME) return false;
  const target = readLabels(bytes, dataStart).join('.');
  return target === PASSTHRU || target === below.join('.');
}

function columnsOf(map: Map<string, AplTarget>, name: string): AplTarget {
  const columns = map.get(name) ?? newColumns();
  map.set(name, columns);
  return columns;
}
