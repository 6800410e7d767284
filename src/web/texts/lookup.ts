import type { LookupAnswer } from '../../tasks/agent.ts';

/** Texts of the lookup. */
export const lookupTexts = {
  title: 'Lookup',
  label: 'Address, prefix or host name',
  hint: 'Is it blocked, since when, and by which entry of which list? For example 64.87.3.133, 198.51.100.0/24 or www.example.com.',
  resolved: (addresses: string): string => `Resolves now to ${addresses}`,
  submit: 'Look up',
  submitting: 'Looking…',
  entries: 'Deciding entries',
  lists: 'Lists of the policy',
  inLists: 'in',
  since: 'In force since',
  version: (version: string, orEarlier: boolean): string =>
    `${orEarlier ? 'or longer; ' : ''}policy ${version}`,
  before: 'The policy before',
  wasBlocked: 'blocked it',
  wasNotBlocked: 'did not block it',
  guarded: 'Never blocked',
  allowedHere: 'Allowed here',
  blockedHere: 'Blocked here',
  forGood: 'for good',
  ending: 'ending now',
  byPrefix: (prefix: string): string => `as a part of ${prefix}`,
  hits: 'Logged hits',
  noHits: 'none',
  lastHit: 'Last hit',
  rules: (trackers: string): string => `by rule ${trackers}`,
  notEnforced: 'The rules are not in place, so packets of this address pass now.',
} as const;

/** The answer of a lookup, one sentence. */
export function lookupSentence(answer: LookupAnswer): string {
  const first = answer.entries[0]?.prefix;
  switch (answer.verdict) {
    case 'blocked':
      return first === undefined ? 'blocked' : `blocked by ${first}`;
    case 'allowed':
      return first === undefined ? 'allowed' : `allowed by ${first}`;
    case 'partly':
      return 'partly blocked';
    case 'not-listed':
      return 'not listed';
  }
}
