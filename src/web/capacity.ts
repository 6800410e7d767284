/** How full the firewall's limit of table entries is. */
import type { Enforced } from '../core/ports.ts';
import { shareBar } from '../site/charts/share-bar.ts';
import { formatCount } from '../site/format.ts';
import { texts } from './texts.ts';

/** The bar and its words. */
export interface CapacityView {
  /** Made by `charts/`, which escapes. */
  readonly svg: string;
  readonly words: string;
  readonly parts: string;
  readonly tone: 'good' | 'bad';
}

/** Null where the firewall has no limit for all tables together. */
export function capacityView(enforced: Enforced | null): CapacityView | null {
  if (enforced?.capacity === undefined) return null;
  const { ours, others, limit, needed } = enforced.capacity;
  const t = texts.policy.capacity;
  const words = t.used(formatCount(ours + others), formatCount(limit), percent(needed, limit));
  const shares = [
    { value: ours, style: 'ours' },
    { value: others, style: 'others' },
    { value: needed - ours - others, style: 'needed' },
  ];
  return {
    svg: shareBar(`${t.title}: ${words}`, shares, limit),
    words,
    parts: t.parts(formatCount(ours), formatCount(others), formatCount(needed)),
    tone: needed > limit ? 'bad' : 'good',
  };
}

function percent(part: number, whole: number): string {
  return `${Math.ceil((100 * part) / Math.max(1, whole))} %`;
}
