import type { Problem } from '../core/ports.ts';
import { formatCount } from '../site/format.ts';
import type { ActionView } from './protection.ts';
import { texts } from './texts.ts';

/** The button of a problem that more room ends; null for others. */
export function raiseView({ raiseTo }: Problem): ActionView | null {
  if (raiseTo === undefined) return null;
  const label = texts.actions.raise(formatCount(raiseTo));
  const { raising: busy } = texts.actions;
  return { id: 'ts-raise', path: '/limit/raise', label, busy, style: 'btn-primary btn-sm' };
}
