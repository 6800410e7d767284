import { chartsData } from '../charts-data.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { texts } from '../texts.ts';

/** The charts of hits, polled by themselves: seldom, and nothing while they are the same. */
export async function showCharts(request: PageRequest): Promise<PageAnswer> {
  const data = chartsData(await request.agent.hitSummary(), request.now);
  if (request.fragment && request.query('seen') === data.charts.mark) return { kind: 'unchanged' };
  const title = texts.charts.heading;
  return { kind: 'page', view: 'charts', part: 'charts', title, tab: 'overview', data };
}
