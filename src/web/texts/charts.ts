/** Texts of the charts of hits. */
export const chartsTexts = {
  heading: 'Hits over time',
  spans: { day: 'Hits of the last 24 hours', week: 'Hits of the last 7 days' },
  series: {
    in: { blocked: 'In, blocked', allowed: 'In, allowed' },
    out: { blocked: 'Out, blocked', allowed: 'Out, allowed' },
  },
  total: 'in all',
  hoursIn: 'Hours in',
  daysIn: 'days in UTC.',
  table: 'Show as a table',
  from: 'From',
  others: 'all others',
  none: 'None in the last 7 days.',
  hits: 'Hits',
  tops: {
    inside: {
      title: 'Inside hosts that called out',
      explanation: 'They tried to reach a blocked address: look at these machines first.',
    },
    address: { title: 'Blocked addresses', explanation: '' },
    port: { title: 'Blocked ports', explanation: '' },
  },
  topsSpan: 'most hits in 7 days',
} as const;
