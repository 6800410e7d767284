/** When a batch that could not be delivered is tried again. */

/** First wait; it doubles with each attempt. */
const FIRST_WAIT_MS = 15_000;
/** Longest wait, also for what the server names. */
export const LONGEST_WAIT_MS = 3_600_000;

/**
 * How long to wait after the given number of failed attempts (1 = the first): exponential, of which a random
 * part from half to all, so that many devices do not come back at the same moment.
 * @param random 0..1
 * @param retryAfterMs what the server asked for; the wait is not shorter, as far as the longest wait allows
 */
export function retryDelayMs(
  attempts: number,
  random: number,
  retryAfterMs: number | null = null,
): number {
  const doubled = FIRST_WAIT_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20);
  const wait = Math.min(doubled, LONGEST_WAIT_MS) * (0.5 + random / 2);
  return Math.min(Math.max(wait, retryAfterMs ?? 0), LONGEST_WAIT_MS);
}
