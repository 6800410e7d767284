import { createHash } from 'node:crypto';
import { hitsCharts } from './hits-charts.ts';
import type { PageRequest } from './page.ts';

/** Values of the template, and the mark of what it shows. */
export async function chartsData({ agent, now }: PageRequest) {
  const charts = hitsCharts(await agent.hitSummary(), now);
  const shown = JSON.stringify([charts.day.svg, charts.week.svg, charts.tops]);
  const mark = createHash('sha256').update(shown).digest('base64url').slice(0, 16);
  return { charts: { ...charts, mark } };
}
