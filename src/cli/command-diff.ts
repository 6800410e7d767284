import { UsageError } from '../core/errors.ts';
import type { EntryList, PolicyDiff, TableDiff } from '../tasks/agent.ts';
import type { Command, CommandValues } from './command.ts';
import { localTime } from './output.ts';

const USUAL_LIMIT = 50;

/** `tsadmin diff` */
export const diffCommand: Command = {
  name: 'diff',
  usage: 'diff [--limit N]',
  summary: 'show what changed between the last two policies',
  details: [
    'Compares the policy in force with the last one that had other entries. Each entry is a line: + added, - removed. Needs no network.',
  ],
  options: {
    limit: {
      type: 'string',
      argument: 'N',
      description: `Most entries to show of each kind. Default: ${USUAL_LIMIT}; with --json all.`,
    },
  },
  run: (context, values) =>
    context.withAgent(async (agent) => {
      const diff = await agent.diff(limitOf(values, context.json ? Infinity : USUAL_LIMIT));
      for (const line of linesOf(diff)) context.print(line);
      context.printJson(jsonOf(diff));
      return 0;
    }),
};

function limitOf(values: CommandValues, usual: number): number {
  const { limit } = values;
  if (limit === undefined) return usual;
  if (typeof limit === 'string' && /^\d{1,9}$/.test(limit)) return Number(limit);
  throw new UsageError('--limit: use a whole number');
}

function linesOf({ after, before, tables }: PolicyDiff): readonly string[] {
  if (after === null) return ['There is no policy yet.'];
  if (before === null) return ['There is no policy before this one to compare with.'];
  const policy = ({ version, takenAt }: typeof after) => `${version} (${localTime(takenAt)})`;
  return [`${policy(before)} → ${policy(after)}`, ...tables.flatMap(tableLines)];
}

function tableLines({ table, added, removed }: TableDiff): string[] {
  return [
    `${table} table: ${added.count} added, ${removed.count} removed`,
    ...entryLines('+', added),
    ...entryLines('-', removed),
  ];
}

function entryLines(sign: string, { count, entries }: EntryList): string[] {
  const more = count - entries.length;
  const lines = entries.map((entry) => `${sign} ${entry}`);
  return more === 0 ? lines : [...lines, `${sign} … and ${more} more`];
}

function jsonOf({ after, before, tables }: PolicyDiff): object {
  const policy = (one: PolicyDiff['after']) =>
    one && { version: one.version, takenAt: one.takenAt };
  return { before: policy(before), after: policy(after), tables };
}
