/** The answer to "still here?" after enabling, and what happens without one. */
import { isOverdue, wentBackSentence } from '../core/confirmation.ts';
import { FirewallError } from '../core/errors.ts';
import type { AwaitedConfirmation, Run } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { requireSettings } from './load-settings.ts';
import { recordRun, type Outcome } from './record-run.ts';
import { disableEnforcement, type SwitchPorts } from './set-enabled.ts';

/** The confirmation that is awaited now; null: none is. */
export function awaitedConfirmation({
  confirmation,
}: Pick<AgentPorts, 'confirmation'>): AwaitedConfirmation | null {
  const state = confirmation.load();
  if (state?.kind !== 'awaited') return null;
  const { since, until, actor } = state;
  return { since, until, actor };
}

/**
 * Remembers that somebody answered, before the answer waits for its turn: the time may be over until then. What is not
 * enabled yet is not answered: whoever asks must have come through the new rules.
 */
export async function noteAnswer(
  ports: Pick<AgentPorts, 'confirmation' | 'settingsStore' | 'portalRecord' | 'identity'>,
): Promise<void> {
  const { enabled } = await requireSettings(ports);
  const state = ports.confirmation.load();
  if (enabled && state?.kind === 'awaited') ports.confirmation.save({ ...state, kind: 'answered' });
}

/**
 * Keeps enforcement in place for good. An answer that comes late counts as long as the rules are still in.
 * @returns what was done
 * @throws FirewallError when nothing is enforced any more, or yet
 */
export async function confirmEnforcement(ports: SwitchPorts): Promise<Outcome<null>> {
  const { enabled } = await requireSettings(ports);
  const state = ports.confirmation.load();
  if (!enabled) {
    const reason = state?.kind === 'missed' ? 'it went back to disabled' : 'it is disabled';
    throw new FirewallError(`the policy cannot be confirmed: ${reason}`, {
      remedy: 'Enable it again, and confirm within the time.',
    });
  }
  if (state === null) {
    return { outcome: 'unchanged', message: 'No confirmation is awaited.', value: null };
  }
  ports.confirmation.clear();
  return { outcome: 'done', message: 'Confirmed: the policy stays enabled.', value: null };
}

/**
 * Disables what nobody confirmed in time. Whoever notices first does it; the others find nothing to do.
 * @returns null: nothing is overdue
 */
export async function goBackWhenOverdue(ports: AgentPorts): Promise<Run | null> {
  if (overdue(ports) === null) return null;
  const work = async (): Promise<Outcome<boolean>> => {
    const awaited = overdue(ports);
    if (awaited === null) {
      return { outcome: 'unchanged', message: 'Somebody answered in time.', value: false };
    }
    const { changed } = await disableEnforcement(ports);
    if (!changed) {
      const message = 'Nobody confirmed in time; the policy was disabled already.';
      return { outcome: 'done', message, value: true };
    }
    ports.confirmation.save({ ...awaited, kind: 'missed' });
    return { outcome: 'done', message: wentBackSentence(awaited), value: true };
  };
  const { run, value } = await recordRun(ports, 'disable', 'schedule', work);
  return value ? run : null;
}

function overdue(ports: Pick<AgentPorts, 'clock' | 'confirmation'>): AwaitedConfirmation | null {
  const awaited = awaitedConfirmation(ports);
  return awaited !== null && isOverdue(awaited, ports.clock.now()) ? awaited : null;
}
