/** Texts of the part for a dashboard. */
export const widgetTexts = {
  state: 'State',
  entries: { block: 'Entries to block', allow: 'Entries to allow' },
  problems: (count: number): string => (count === 1 ? '1 is open' : `${count} are open`),
} as const;
