import { ZONE } from '../zone/names.ts';

/** The policy, and the sources, that a new portal has. */
export const STARTER_POLICY = 'basic';
export const STARTER_FEED = 'ipsum-level3';
export const TEST_INDICATOR_LIST = 'test-indicator';
export const PUBLIC_RESOLVERS_LIST = 'public-resolvers';

/** The DNS names of the lists of a policy, when nothing else is said. */
export function listNamesOf(policy: string): {
  readonly blockList: string;
  readonly allowList: string;
} {
  const label = policy.replaceAll('_', '-');
  return { blockList: `${label}.${ZONE}`, allowList: `${label}-allow.${ZONE}` };
}
