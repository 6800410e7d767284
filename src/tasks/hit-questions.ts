/** What the page asks of the hits that are kept. */
import type {
  DailyHits,
  HitCursor,
  HitFilter,
  HitPage,
  HourlyHits,
  StoredHit,
  TopKind,
  TopName,
  TopSpan,
} from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

/** The hits of the last 24 hours and 7 days, for charts. */
export interface HitSummary {
  /** By hour, the one that runs and the 23 before; hours without hits are left out. */
  readonly hourly: readonly HourlyHits[];
  /** By day (UTC), the one that runs and the 6 before. */
  readonly daily: readonly DailyHits[];
  /** The names with the most blocked hits. */
  readonly tops: Readonly<Record<TopSpan, Readonly<Record<TopKind, readonly TopName[]>>>>;
}

/** Questions as methods of the agent. Each takes milliseconds. */
export interface HitQuestions {
  findHits(filter: HitFilter, after: HitCursor | null, limit: number): Promise<HitPage>;
  /** Null when it is not kept (any more). */
  hitById(id: number): Promise<StoredHit | null>;
  hitSummary(): Promise<HitSummary>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NAMES = 5;

/** The questions of one agent. */
export function createHitQuestions({
  hits,
  clock,
}: Pick<AgentPorts, 'hits' | 'clock'>): HitQuestions {
  const top = (span: TopSpan): Record<TopKind, readonly TopName[]> => ({
    address: hits.top('address', span, NAMES),
    port: hits.top('port', span, NAMES),
    inside: hits.top('inside', span, NAMES),
  });
  return {
    findHits: (filter, after, limit) => Promise.resolve(hits.find(filter, after, limit)),
    hitById: (id) => Promise.resolve(hits.byId(id)),
    hitSummary() {
      const now = clock.now();
      const hourly = hits.hourly(now - DAY_MS + HOUR_MS);
      const daily = hits.daily(now - 6 * DAY_MS);
      return Promise.resolve({ hourly, daily, tops: { day: top('day'), week: top('week') } });
    },
  };
}
