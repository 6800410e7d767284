import { sparkline } from '../../site/charts/sparkline.ts';
import { formatCount, timeView } from '../../site/format.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { protectionView } from '../protection.ts';
import { texts } from '../texts.ts';

const HOUR_MS = 3_600_000;

/** A small part for the dashboard of another page: state, entries, hits, last refresh. */
export async function showWidget({ agent, now }: PageRequest): Promise<PageAnswer> {
  const status = await agent.status({ recent: true });
  const { hourly } = await agent.hitSummary();
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 24 }, (_, at) => last - (23 - at) * HOUR_MS);
  const values = hours.map((hour) =>
    hourly.filter((sum) => sum.hour === hour).reduce((total, { hits }) => total + hits, 0),
  );
  const { state, word, sentence } = protectionView(status);
  const refreshed = status.refresh.last;
  const data = {
    widget: {
      ...{ state, word, sentence },
      entries: formatCount(status.enforced?.tables.block?.entries ?? 0),
      hits: formatCount(status.hits.lastDay),
      sparkline: sparkline(texts.charts.spans.day, values),
      refreshed: refreshed === null ? null : timeView(refreshed.started, now),
      problems: status.problems.length,
    },
  };
  return { kind: 'page', view: 'widget', part: 'widget', title: word, tab: null, data };
}
