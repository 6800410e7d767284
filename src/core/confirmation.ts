/** When enforcement that nobody confirmed goes back, and how that is told. */
import type { AwaitedConfirmation, ConfirmationState, Problem } from './ports.ts';

/**
 * Whether the time is over. A clock that was set back must not make the wait longer than twice what was asked for: the
 * administrator may be locked out for all of it.
 */
export function isOverdue({ since, until }: AwaitedConfirmation, now: number): boolean {
  return now >= until || now < since - (until - since);
}

/** What was done when nobody confirmed, for the record. */
export function wentBackSentence({ since, until, actor }: AwaitedConfirmation): string {
  const seconds = Math.round((until - since) / 1000);
  return `Went back to disabled because nobody confirmed within ${seconds} s (enabled by ${actor}).`;
}

/** The open problem of a confirmation: that it is missing, or late; none while there is time. */
export function confirmationProblems(
  state: ConfirmationState | null,
  now: number,
): readonly Problem[] {
  if (state?.kind === 'missed') {
    return [
      {
        code: 'not-confirmed',
        severity: 'error',
        message: `the policy went back to disabled because nobody confirmed in time (enabled by ${state.actor})`,
        remedy: 'Enable it again, and confirm on the page or with "tsadmin confirm".',
      },
    ];
  }
  if (state?.kind !== 'awaited' || !isOverdue(state, now)) return [];
  return [
    {
      code: 'confirmation-overdue',
      severity: 'error',
      message: 'nobody confirmed in time, and the policy has not gone back to disabled yet',
      remedy: 'Run "tsadmin confirm" or "tsadmin disable", and see that the service runs.',
    },
  ];
}
