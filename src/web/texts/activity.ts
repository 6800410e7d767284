import type { Run, TaskName } from '../../core/ports.ts';

/** Texts of the activity list. */
export const activityTexts = {
  title: 'Activity',
  recent: 'Recent activity',
  all: 'All activity',
  when: 'When',
  who: 'Who',
  what: 'What',
  result: 'Result',
  took: 'Took',
  anyTask: 'everything',
  anyOutcome: 'any',
  anyTime: 'any time',
  spans: { 1: 'last hour', 24: 'last 24 hours', 168: 'last 7 days' },
  whoHint: 'user, address, schedule',
  filter: 'Filter',
  filtering: 'Looking…',
  noMatch: 'Nothing that was done meets this filter.',
  showAll: 'Show all',
  newest: 'Newest',
  older: 'Older',
  support: 'Support file',
  supportHint:
    'All that helps to find a fault, as one JSON file without keys and passwords. Look at it before you send it.',
  empty: 'Nothing was done yet. Every refresh, upload and click is listed here.',
} as const;

/** What a run did, in the activity list. */
export const taskWords: Readonly<Record<TaskName, string>> = {
  add: 'Set up',
  update: 'Update',
  settings: 'Settings',
  configure: 'Change settings',
  enable: 'Enable',
  confirm: 'Confirm',
  disable: 'Disable',
  remove: 'Remove',
  logs: 'Send logs',
  collect: 'Collect hits',
  verify: 'Check',
  exempt: 'Exemption',
};

/** How a run ended. */
export const outcomeWords: Readonly<Record<Run['outcome'], string>> = {
  done: 'done',
  unchanged: 'no change',
  failed: 'failed',
};
