import type { Status } from '../tasks/agent.ts';
import { timeView, type TimeView } from '../site/format.ts';
import type { ActionView } from './protection.ts';
import { texts } from './texts.ts';

/** The question after enabling: whether the firewall can still be reached. */
export interface ConfirmationView {
  /** When it goes back to disabled. */
  readonly until: TimeView;
  readonly action: ActionView;
}

const action: ActionView = {
  id: 'ts-confirm',
  path: '/protection/confirm',
  label: texts.confirmation.confirm,
  busy: texts.confirmation.confirming,
  style: 'btn-primary',
};

/** Null while nobody is asked. */
export function confirmationView({ awaited, now }: Status): ConfirmationView | null {
  if (awaited === null) return null;
  return { until: timeView(awaited.until, now, texts.confirmation.due), action };
}
