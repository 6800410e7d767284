import { numberedList } from '../protocol/list-name.ts';
import { PolicyError } from '../core/errors.ts';
import type { FetchedList, Report } from '../core/ports.ts';
import type { Zones } from '../core/zone-serial.ts';
import type { AplTarget } from '../protocol/apl.ts';
import { decodeSmall } from '../protocol/dns-message.ts';
import { ResponseError, checkAnswers, scanAddresses } from '../protocol/dns-response.ts';
import { RCODE } from '../protocol/dns-types.ts';
import type { Answered, DnsSession } from './dns-client.ts';
import { aboutList } from './dns-remedy.ts';
import { addColumns, entriesOf, finishedList, newColumns } from './list-columns.ts';
import { zoneOf } from './policy-version.ts';

/** Limits of what a service may make us hold. */
export interface PolicyLimits {
  /** Entries of all lists together. Default: 4,000,000. */
  readonly entries: number;
  /** Sub-lists of one list. Default: 2,000. */
  readonly subLists: number;
}

/** The defaults of {@link PolicyLimits}. */
export const POLICY_LIMITS: PolicyLimits = { entries: 4_000_000, subLists: 2_000 };

/** Numbered lists asked for before it is known that they exist. */
const NUMBERED_AHEAD = 8;

/** Reads lists over one connection. */
export class ListReader {
  readonly #session: DnsSession;
  readonly #limits: PolicyLimits;
  readonly #report: Report;
  #entries = 0;
  #parts = 0;
  #partsRead = 0;

  /** @param report told of each sub-list that was read, of how many are known by then */
  constructor(session: DnsSession, limits: PolicyLimits, report: Report = () => undefined) {
    this.#session = session;
    this.#limits = limits;
    this.#report = report;
  }

  /**
   * Reads one list, whole.
   * @param name checked
   * @param zones the zones whose serials cover the read; sub-lists must be in the list's own
   * @throws PolicyError naming the list, or what the session throws
   */
  read(name: string, zones: Zones): Promise<FetchedList> {
    return aboutList(name, async () => {
      const into = newColumns();
      const subLists = await this.#subListsOf(name, zones);
      if (subLists.length > 0) {
        this.#parts += subLists.length;
        await Promise.all(subLists.map((subList) => this.#readSubList(subList, into)));
      } else {
        await this.#readSingle(name, into);
      }
      return finishedList(name, into);
    });
  }

  async #subListsOf(name: string, zones: Zones): Promise<readonly string[]> {
    const { answers } = await this.#session.ask(name, 'PTR', ({ asked, message }) => {
      checkAnswers(message, asked);
      return decodeSmall(message);
    });
    const records = answers.filter((record) => record.type === 'PTR');
    const subLists = [...new Set(records.map((record) => record.target))];
    if (subLists.length > this.#limits.subLists) throw this.#tooManySubLists();
    const zone = zoneOf(name, zones.keys());
    const stranger = subLists.find((subList) => zoneOf(subList, zones.keys()) !== zone);
    if (stranger !== undefined) {
      // The serials read before and after would not cover it.
      throw new PolicyError(`Its sub-list ${stranger} is in another zone.`);
    }
    return subLists;
  }

  async #readSubList(name: string, into: AplTarget): Promise<void> {
    await this.#readApl(name, into);
    this.#partsRead++;
    this.#report('fetching sub-lists', this.#partsRead, this.#parts);
  }

  async #readApl(name: string, into: AplTarget): Promise<void> {
    await this.#session.ask(name, 'APL', (answer) => this.#scan(answer, into));
  }

  async #readSingle(name: string, into: AplTarget): Promise<void> {
    if (!(await unlessEnd(this.#readApl(name, into), isEmpty))) {
      await this.#readNumbered(name, into);
    }
  }

  /** `name`, `name1`, `name2`, … until one does not exist or is empty. Some are asked ahead of their turn. */
  async #readNumbered(name: string, into: AplTarget): Promise<void> {
    const ahead: Promise<AplTarget>[] = [];
    const askNext = (number: number) => {
      const answer = this.#readA(numberedList(name, number));
      // One behind the last list is never waited for, and its failure means nothing.
      answer.catch(() => undefined);
      ahead.push(answer);
    };
    for (let number = 0; number < NUMBERED_AHEAD; number++) askNext(number);
    for (let number = 0; number <= this.#limits.subLists; number++) {
      const isEnd = number === 0 ? isEmpty : isEmptyOrMissing;
      const part = ahead.shift();
      if (part === undefined || !(await unlessEnd(part, isEnd))) return;
      addColumns(into, await part);
      askNext(number + NUMBERED_AHEAD);
    }
    throw this.#tooManySubLists();
  }

  /** One of the numbered lists, apart from the others: it may turn out to lie behind the end. */
  async #readA(name: string): Promise<AplTarget> {
    const part = newColumns();
    await this.#session.ask(name, 'A', (answer) => this.#scan(answer, part));
    return part;
  }

  #scan({ asked, message }: Answered, into: AplTarget): void {
    const before = entriesOf(into);
    scanAddresses(message, asked, into);
    this.#entries += entriesOf(into) - before;
    if (this.#entries > this.#limits.entries) {
      throw new PolicyError(`The lists hold more than ${this.#limits.entries} entries.`, {
        remedy: 'Choose fewer or shorter lists.',
      });
    }
  }

  #tooManySubLists(): PolicyError {
    return new PolicyError(`It has more than ${this.#limits.subLists} sub-lists.`);
  }
}

/** False when the read ended as `isEnd` expects. */
async function unlessEnd(
  read: Promise<unknown>,
  isEnd: (error: ResponseError) => boolean,
): Promise<boolean> {
  try {
    await read;
    return true;
  } catch (error) {
    if (error instanceof ResponseError && isEnd(error)) return false;
    throw error;
  }
}

function isEmpty(error: ResponseError): boolean {
  return error.reason === 'no-answer';
}

function isEmptyOrMissing(error: ResponseError): boolean {
  return isEmpty(error) || error.rcode === RCODE.NXDOMAIN;
}
