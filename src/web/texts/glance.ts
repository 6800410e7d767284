/** Texts of the figures at the top of the overview. */
export const glanceTexts = {
  hits: 'Hits in 24 hours',
  allUploaded: 'all uploaded',
  waiting: (lines: string): string => `${lines} wait for the upload`,
  callsOut: 'Blocked calls from inside',
  nobody: 'no inside host called out in 24 hours',
  mostFrom: 'in 24 hours, most from',
  entries: 'Blocked entries in the firewall',
  allowed: (count: string): string => `and ${count} allowed`,
  noPolicy: 'no policy yet',
  next: 'next',
} as const;
