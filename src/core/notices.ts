/** Which problems become a notice: errors, each once for as long as its cause lasts. */
import type { Problem } from './ports.ts';

/** What is to be done. */
export interface NoticeChanges {
  readonly show: readonly Problem[];
  /** Codes of notices whose cause is gone. */
  readonly withdraw: readonly string[];
}

/**
 * The cause is the code: a number that changes in the message is the same cause. Of several problems of a code the first
 * is shown.
 * @param shown codes of the notices that are out
 */
export function noticeChanges(open: readonly Problem[], shown: readonly string[]): NoticeChanges {
  const errors = new Map<string, Problem>();
  for (const problem of open) {
    if (problem.severity === 'error' && !errors.has(problem.code))
      errors.set(problem.code, problem);
  }
  return {
    show: [...errors.values()].filter(({ code }) => !shown.includes(code)),
    withdraw: shown.filter((code) => !errors.has(code)),
  };
}
