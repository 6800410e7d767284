import type { Run, RunFilter, TaskName } from '../../core/ports.ts';
import { activityRows } from '../activity.ts';
import { shorten } from '../../site/format.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { outcomeWords, taskWords, texts } from '../texts.ts';

const PAGE_RUNS = 40;
const LONGEST_MESSAGE = 300;
const LONGEST_WHO = 100;

/** Spans of time that can be chosen, in hours. */
const SPANS = ['1', '24', '168'];

/** What was done, newest first: who, what, from where, with which result. */
export async function showActivity(request: PageRequest): Promise<PageAnswer> {
  const query = queryOf(request);
  const { before, ...filter } = query;
  const { runs, next } = await request.agent.runs(
    filterOf(filter, request.now),
    before === '' ? null : Number(before),
    PAGE_RUNS,
  );
  const data = {
    rows: activityRows(runs, request.now, LONGEST_MESSAGE),
    filter,
    filtered: Object.values(filter).some((value) => value !== ''),
    older: next === null ? null : { ...given(filter), before: String(next) },
    newest: before === '' ? null : given(filter),
    ...choices,
  };
  return {
    ...{ kind: 'page', view: 'activity', part: 'activity', data },
    ...{ title: texts.activity.title, tab: 'activity' },
  };
}

/** All that helps to find a fault, as a file. */
export async function downloadSupport({ agent, now }: PageRequest): Promise<PageAnswer> {
  const day = new Date(now).toISOString().slice(0, 10);
  const name = `threatstop-support-${day}.json`;
  return { kind: 'file', name, type: 'application/json', body: await agent.supportBundle() };
}

interface Query {
  readonly task: string;
  readonly outcome: string;
  readonly who: string;
  readonly hours: string;
  readonly before: string;
}

/** What is not one of the choices counts as not chosen. */
function queryOf(request: PageRequest): Query {
  const known = (name: string, among: readonly string[]) => {
    const value = request.query(name);
    return among.includes(value) ? value : '';
  };
  const before = request.query('before');
  return {
    task: known('task', Object.keys(taskWords)),
    outcome: known('outcome', Object.keys(outcomeWords)),
    who: shorten(request.query('who'), LONGEST_WHO),
    hours: known('hours', SPANS),
    before: /^\d{1,15}$/.test(before) ? before : '',
  };
}

function filterOf({ task, outcome, who, hours }: Omit<Query, 'before'>, now: number): RunFilter {
  return {
    task: task === '' ? null : (task as TaskName),
    outcome: outcome === '' ? null : (outcome as Run['outcome']),
    actor: who,
    since: hours === '' ? null : now - Number(hours) * 3_600_000,
  };
}

function given(query: object): Record<string, string> {
  const entries = Object.entries(query) as [string, string][];
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

const choices = {
  tasks: Object.entries(taskWords).map(([value, label]) => ({ value, label })),
  outcomes: Object.entries(outcomeWords).map(([value, label]) => ({ value, label })),
  spans: SPANS.map((value) => ({
    value,
    label: texts.activity.spans[value as '1' | '24' | '168'],
  })),
};
