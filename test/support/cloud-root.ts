import { keptRoot } from './kept-root.ts';

/** A Debian root as clouds have it: cloud-init makes the machine what it is to be at its first boot. */
export function cloudRoot(): string {
  return keptRoot('cloud-1', 'cloud-init curl ca-certificates sudo iputils-ping');
}
