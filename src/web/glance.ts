/** What there is to know at a glance: what was blocked, who called out, what is enforced, how fresh it is. */
import { isBlocking } from '../core/hit-ends.ts';
import type { Status } from '../tasks/agent.ts';
import type { HitSummary } from '../tasks/hit-questions.ts';
import { formatCount, shorten, timeView, type TimeView } from '../site/format.ts';
import { texts } from './texts.ts';

/** One figure with its words. One of `figure` and `time` is set. */
export interface GlanceView {
  readonly label: string;
  readonly figure: string;
  readonly time: TimeView | null;
  readonly note: string;
  /** Follows the note. */
  readonly noteTime: TimeView | null;
  /** Follows the note; leads to hits. */
  readonly link: {
    readonly words: string;
    readonly query: Readonly<Record<string, string>>;
  } | null;
}

const t = texts.glance;
const plain = { figure: '', time: null, note: '', noteTime: null, link: null } as const;
const LONGEST_NAME = 45;

/** The figures, in the order they are looked at. */
export function glanceView(status: Status, summary: HitSummary): readonly GlanceView[] {
  return [hitsOf(status), callsOutOf(summary), entriesOf(status), refreshOf(status)];
}

function hitsOf({ hits }: Status): GlanceView {
  const note = hits.waiting === 0 ? t.allUploaded : t.waiting(formatCount(hits.waiting));
  return { ...plain, label: t.hits, figure: formatCount(hits.lastDay), note };
}

function callsOutOf({ hourly, tops }: HitSummary): GlanceView {
  const calls = hourly
    .filter(({ direction, action }) => direction === 'out' && isBlocking(action))
    .reduce((sum, { hits }) => sum + hits, 0);
  const first = tops.day.inside.find(({ name }) => name !== '');
  const common = { ...plain, label: t.callsOut, figure: formatCount(calls) };
  if (calls === 0 || first === undefined) return { ...common, note: t.nobody };
  const words = shorten(first.name, LONGEST_NAME);
  return {
    ...common,
    note: t.mostFrom,
    link: { words, query: { address: first.name, direction: 'out' } },
  };
}

function entriesOf({ enforced, policy }: Status): GlanceView {
  const { block, allow } = enforced?.tables ?? { block: null, allow: null };
  const figure = block === null ? '–' : formatCount(block.entries);
  const note = policy === null ? t.noPolicy : t.allowed(formatCount(allow?.entries ?? 0));
  return { ...plain, label: t.entries, figure, note };
}

function refreshOf({ refresh, now }: Status): GlanceView {
  const { last, next } = refresh;
  const time = last === null ? null : timeView(last.started, now);
  const noteTime = next === null ? null : timeView(next, now, texts.refresh.due);
  const note = next === null ? texts.refresh.notPlanned : t.next;
  return { ...plain, label: texts.refresh.last, figure: texts.never, time, note, noteTime };
}
