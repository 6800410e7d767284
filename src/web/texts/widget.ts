import { countWords } from '../../core/format-count.ts';

/** Texts of the part for a dashboard. */
export const widgetTexts = {
  state: 'State',
  entries: { block: 'Entries to block', allow: 'Entries to allow' },
  problems: (count: number): string => countWords(count, 'is open', 'are open'),
} as const;
