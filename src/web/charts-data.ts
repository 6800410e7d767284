import { createHash } from 'node:crypto';
import { hitsCharts } from './hits-charts.ts';
import type { HitSummary } from '../tasks/hit-questions.ts';

/** Values of the template, and the mark of what it shows. */
export function chartsData(summary: HitSummary, now: number) {
  const charts = hitsCharts(summary, now);
  const shown = JSON.stringify([charts.day.svg, charts.week.svg, charts.tops]);
  const mark = createHash('sha256').update(shown).digest('base64url').slice(0, 16);
  return { charts: { ...charts, mark } };
}
