import type { HeldPolicy, Problem } from '../core/ports.ts';

/** A policy that is held back, as a problem: which one, why, with the values, and what to do. */
export function heldProblem({
  version,
  reasons,
}: Pick<HeldPolicy, 'version' | 'reasons'>): Problem {
  const why = reasons.map(({ code, message }) => `${message} (${code})`).join('; ');
  return {
    code: 'policy-held',
    severity: 'warning',
    message: `the policy ${version} is held back and the one before stays: ${why}`,
    remedy: 'If it is as it should be, run "tsadmin update --accept" to take it once.',
  };
}
