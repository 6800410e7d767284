/** What the policy page shows. */
import type { PolicyRecord } from '../core/ports.ts';
import type { CompareQuestion, KnownPolicy, PolicyComparison } from '../tasks/agent.ts';
import { moreThan } from './facts.ts';
import { formatCount, shorten, timeView, type TimeView } from '../site/format.ts';
import type { Notice } from '../site/notices.ts';
import { texts } from './texts.ts';

/** Versions shown, notes named and entries on a page: they bound the size of the page. */
const MOST_VERSIONS = 20;
const MOST_NOTES = 30;
const MOST_CARVED = 50;
const MOST_GUARDED = 200;
export const PAGE_ENTRIES = 100;
const LONGEST_NOTE = 400;
const LONGEST_VERSION = 120;

/** One version as a row. */
export interface VersionRow {
  readonly taken: TimeView;
  readonly version: string;
  readonly block: string;
  readonly allow: string;
  readonly inForce: boolean;
  /** Whether it is the oldest that is known: there is nothing to compare it with. */
  readonly first: boolean;
  /** Query of its comparison with the version before; null when one of the two is not kept. */
  readonly compare: Readonly<Record<string, string>> | null;
}

/** A version that can be compared. */
export interface VersionChoice {
  readonly value: string;
  readonly label: string;
}

/** The versions, newest first. */
export function versionRows(known: readonly KnownPolicy[], now: number): readonly VersionRow[] {
  return known.slice(0, MOST_VERSIONS).map(({ policy }, index) => ({
    taken: timeView(policy.takenAt, now),
    version: versionText(policy),
    block: formatCount(policy.tables.block.entries),
    allow: formatCount(policy.tables.allow.entries),
    inForce: index === 0,
    first: index === known.length - 1,
    compare: compareQuery(known[index], known[index + 1]),
  }));
}

function compareQuery(after: KnownPolicy | undefined, before: KnownPolicy | undefined) {
  if (after?.onDisk !== true || before?.onDisk !== true) return null;
  return { after: String(after.policy.takenAt), before: String(before.policy.takenAt) };
}

/** Those whose tables are kept. */
export function versionChoices(known: readonly KnownPolicy[]): readonly VersionChoice[] {
  return known
    .filter(({ onDisk }) => onDisk)
    .slice(0, MOST_VERSIONS)
    .map(({ policy }) => ({
      value: String(policy.takenAt),
      label: `${timeView(policy.takenAt, policy.takenAt).exact} · ${shorten(versionText(policy), 60)}`,
    }));
}

function versionText({ version }: PolicyRecord): string {
  return shorten(version, LONGEST_VERSION);
}

/** What was done to the policy in force, and what is never blocked. */
export function treatmentOf(policy: PolicyRecord | null) {
  const { notes, carved, guard } = policy ?? { notes: [], carved: [], guard: [] };
  return {
    notes: notes.slice(0, MOST_NOTES).map((note) => shorten(note, LONGEST_NOTE)),
    moreNotes: moreThan(notes.length, MOST_NOTES),
    carved: carved.slice(0, MOST_CARVED),
    moreCarved: moreThan(carved.length, MOST_CARVED),
    guard: guard.slice(0, MOST_GUARDED).join(', '),
    guardLabel: texts.policy.guard(formatCount(guard.length)),
  };
}

/** One part of a difference: a table, and what was added to or removed from it. */
export interface PartLink {
  readonly label: string;
  readonly count: string;
  readonly active: boolean;
  readonly query: Readonly<Record<string, string>>;
}

/** A comparison for the template. */
export interface ComparisonView {
  readonly before: string;
  readonly after: string;
  readonly table: string;
  readonly change: string;
  readonly search: string;
  readonly parts: readonly PartLink[];
  readonly entries: readonly string[];
  /** Said instead of entries; empty when there are some. */
  readonly empty: string;
  /** e.g. `101 to 200 of 1,203`; empty when they fit on one page. */
  readonly range: string;
  readonly previous: Readonly<Record<string, string>> | null;
  readonly next: Readonly<Record<string, string>> | null;
  readonly failure: Notice | null;
}

/** @param comparison null when it failed */
export function comparisonView(
  question: CompareQuestion,
  comparison: PolicyComparison | null,
  failure: Notice | null,
): ComparisonView {
  const { table, change, search } = question;
  const asked = {
    ...{ table, change, search, failure },
    before: String(question.before),
    after: String(question.after),
  };
  if (comparison === null) {
    return { ...asked, parts: [], entries: [], empty: '', range: '', previous: null, next: null };
  }
  const { entries } = comparison;
  const nothing = search === '' ? texts.policy.noChanges : texts.policy.notFound;
  return {
    ...asked,
    ...{
      parts: partsOf(question, comparison),
      entries,
      empty: entries.length === 0 ? nothing : '',
    },
    ...pagesOf(question, comparison),
  };
}

function pagesOf(question: CompareQuestion, { entries, found }: PolicyComparison) {
  const { offset } = question;
  const page = (at: number) => ({ ...queryOf(question), offset: String(at) });
  return {
    range: found <= PAGE_ENTRIES ? '' : rangeText(offset, entries.length, found),
    previous: offset > 0 ? page(Math.max(0, offset - PAGE_ENTRIES)) : null,
    next: offset + entries.length < found ? page(offset + PAGE_ENTRIES) : null,
  };
}

function rangeText(offset: number, shown: number, found: number): string {
  const [first, last] = [formatCount(offset + 1), formatCount(offset + shown)];
  return texts.policy.range(first, last, formatCount(found));
}

function partsOf(question: CompareQuestion, { counts }: PolicyComparison): readonly PartLink[] {
  return (['block', 'allow'] as const).flatMap((table) =>
    (['added', 'removed'] as const).map((change) => ({
      label: `${texts.policy[table]} ${texts.policy[change]}`,
      count: formatCount(counts[table][change]),
      active: table === question.table && change === question.change,
      query: queryOf({ ...question, table, change }),
    })),
  );
}

function queryOf({ before, after, table, change, search }: CompareQuestion) {
  const open = { before: String(before), after: String(after), table, change };
  return search === '' ? open : { ...open, search };
}
