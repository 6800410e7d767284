import { formatCount, shorten, type TimeView } from '../site/format.ts';
import { texts } from './texts.ts';

/** One labelled value of a panel. Exactly one of `text`, `time` and `items` is set. */
export interface Fact {
  readonly label: string;
  readonly text: string | null;
  readonly time: TimeView | null;
  readonly items: readonly string[] | null;
  /** Said of items that are not shown, e.g. `and 12 more`, or empty. */
  readonly more: string;
  /** Colour and icon of a state; null for plain values. */
  readonly tone: 'good' | 'bad' | null;
  /** Explanation below the value, or empty. */
  readonly note: string;
}

const MOST_ITEMS = 3;
const LONGEST_NAME = 64;
/** Longest explanation. */
export const LONGEST_NOTE = 120;

const plain = { text: null, time: null, items: null, more: '', tone: null, note: '' } as const;

/** A text; `tone` marks a state. */
export function textFact(
  label: string,
  text: string,
  { tone = null, note = '' }: { readonly tone?: Fact['tone']; readonly note?: string } = {},
): Fact {
  return { ...plain, label, text, tone, note: shorten(note, LONGEST_NOTE) };
}

/** A name, cut where it is too long. */
export function nameFact(label: string, name: string): Fact {
  return textFact(label, shorten(name, LONGEST_NAME));
}

/** A number with thousands separators. */
export function countFact(label: string, count: number, tone: Fact['tone'] = null): Fact {
  return { ...plain, label, text: formatCount(count), tone };
}

/** A moment; `tone` and `note` when something was wrong then. */
export function timeFact(
  label: string,
  time: TimeView,
  { tone = null, note = '' }: { readonly tone?: Fact['tone']; readonly note?: string } = {},
): Fact {
  return { ...plain, label, time, tone, note: shorten(note, LONGEST_NOTE) };
}

/** Names or sentences, the first of them, each cut to `longest` characters. */
export function itemsFact(label: string, items: readonly string[], longest = LONGEST_NAME): Fact {
  if (items.length === 0) return { ...plain, label, text: texts.none };
  const shown = items.slice(0, MOST_ITEMS).map((item) => shorten(item, longest));
  return { ...plain, label, items: shown, more: moreThan(items.length, shown.length) };
}

/** What is said of items beyond the shown ones; empty when all are shown. */
export function moreThan(all: number, shown: number): string {
  return all > shown ? texts.more(formatCount(all - shown)) : '';
}
