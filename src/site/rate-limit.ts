import type { Clock } from '../core/ports.ts';

/** Counts failures by key, in windows of fixed length. */
export interface RateLimit {
  /** Whether this key has failed less often than the limit. */
  allows(key: string): boolean;
  /** Counts one failure. */
  count(key: string): void;
  /** Takes the failures of the key back. */
  forget(key: string): void;
}

const MOST_KEYS = 1000;

/** At most `limit` failures of a key in `windowMs`. All counts start anew when more than 1,000 keys are known. */
export function createRateLimit(
  clock: Clock,
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
): RateLimit {
  const failures = new Map<string, { readonly count: number; readonly ends: number }>();
  const current = (key: string) => {
    const known = failures.get(key);
    return known !== undefined && known.ends > clock.now() ? known : null;
  };
  return {
    allows: (key) => (current(key)?.count ?? 0) < limit,
    forget: (key) => void failures.delete(key),
    count(key) {
      const known = current(key) ?? { count: 0, ends: clock.now() + windowMs };
      if (failures.size >= MOST_KEYS && !failures.has(key)) failures.clear();
      failures.set(key, { count: known.count + 1, ends: known.ends });
    },
  };
}
