import type { HourlyHits, TableName } from '../../core/ports.ts';
import type { Protection, Status } from '../../tasks/agent.ts';
import { sparkline } from '../../site/charts/sparkline.ts';
import { formatCount, timeView } from '../../site/format.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { protectionView } from '../protection.ts';
import { texts } from '../texts.ts';

const TABLES: readonly TableName[] = ['block', 'allow'];
const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Icon of Font Awesome 4 to 6, and colour of Bootstrap 3, by state. */
const looks: Readonly<
  Record<Protection['state'], { readonly icon: string; readonly tone: string }>
> = {
  protected: { icon: 'check', tone: 'success' },
  'dry-run': { icon: 'info-circle', tone: 'info' },
  disabled: { icon: 'ban', tone: 'warning' },
  'not-protecting': { icon: 'exclamation-triangle', tone: 'danger' },
  'not-set-up': { icon: 'info-circle', tone: 'info' },
};

/** A small part for the dashboard of another page: state, entries, hits, last refresh. */
export async function showWidget({ agent, now }: PageRequest): Promise<PageAnswer> {
  const status = await agent.status({ recent: true });
  const { hourly } = await agent.hitSummary();
  const { state, word, sentence } = protectionView(status);
  const refreshed = status.refresh.last;
  const data = {
    widget: {
      ...{ state, word, sentence, look: looks[state] },
      tables: tablesOf(status),
      hits: formatCount(status.hits.lastDay),
      sparkline: sparkline(texts.charts.spans.day, lastHours(hourly, now)),
      refreshed: refreshed === null ? null : timeView(refreshed.started, now),
      problems: status.problems.length === 0 ? '' : texts.widget.problems(status.problems.length),
    },
  };
  return { kind: 'page', view: 'widget', part: 'widget', title: word, tab: null, data };
}

function tablesOf({ enforced }: Status): readonly { name: string; entries: string }[] {
  return TABLES.map((table) => {
    const held = enforced?.tables[table] ?? null;
    const entries = held === null ? texts.policy.missing : formatCount(held.entries);
    return { name: texts.widget.entries[table], entries };
  });
}

/** Hits of each of the last hours, the current one last. */
function lastHours(sums: readonly HourlyHits[], now: number): readonly number[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const totals = new Array<number>(HOURS).fill(0);
  for (const { hour, hits } of sums) {
    const at = HOURS - 1 - (last - hour) / HOUR_MS;
    if (at in totals) totals[at] = (totals[at] ?? 0) + hits;
  }
  return totals;
}
