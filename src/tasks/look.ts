/** How closely each task looks at the firewall. */
import type { Look } from '../core/ports.ts';

/**
 * For showing, and for what follows a change: rules, counts and identities as they are now; the entries of a large table
 * as they were read last, unless it was filled anew since.
 */
export const GLANCE: Look = { maxAgeMs: Infinity };

/** For the check that runs every minute: large tables are read entry by entry every ten minutes. */
export const CHECK: Look = { maxAgeMs: 600_000 };

/** For a person who asks for a check: all that the firewall holds. */
export const WHOLE: Look = { maxAgeMs: 0 };
