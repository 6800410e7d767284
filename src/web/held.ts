import { createHash } from 'node:crypto';
import type { HeldPolicy, PolicyVersion, TableChange } from '../core/ports.ts';
import { formatCount } from '../site/format.ts';
import type { ActionView } from './protection.ts';
import { texts } from './texts.ts';

/** A policy that is held back: what it would change, and the button that takes it. */
export interface HeldView {
  readonly changes: readonly string[];
  readonly action: ActionView;
}

/** The policy that is held back. Only the very version that is shown can be taken. */
export function heldView({ version, changes }: HeldPolicy): HeldView {
  return {
    changes: changes.map(changeText),
    action: {
      id: 'ts-accept',
      path: '/policy/accept',
      label: texts.held.accept,
      busy: texts.held.accepting,
      style: 'btn-danger',
      fields: { held: heldMark(version) },
    },
  };
}

/** Stands for a version, which grows with the number of lists, in a form. */
export function heldMark(version: PolicyVersion): string {
  return createHash('sha256').update(version).digest('base64url');
}

function changeText({ table, before, after, added, removed }: TableChange): string {
  return texts.held.change(texts.policy[table], {
    before: formatCount(before ?? 0),
    after: formatCount(after),
    added: formatCount(added),
    removed: formatCount(removed),
  });
}
