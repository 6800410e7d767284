import { formatCount } from './format-count.ts';
import { nameEntries } from './policy-notes.ts';
import { TEST_INDICATOR } from './policy-options.ts';
import type { PolicyTables, PolicyVersion, Problem } from './ports.ts';
import { overlapping } from './prefix-algebra.ts';
import { addressCount } from './prefix-compact.ts';
import { sizeOf, type Prefix, type PrefixTable } from './prefix-list.ts';
import { isCovered } from './prefix-search.ts';
import { formatPrefix, parseTable } from './prefix-text.ts';
import { olderZones } from './zone-serial.ts';

/** What a new policy is held against. */
export interface SanityOptions {
  /** A block table with less than this share of the entries before is reported; default 0.5. */
  readonly shrinksBelow?: number;
  /** As with more than this share; default 3. */
  readonly growsAbove?: number;
  /** Size changes of a table with fewer entries before are not reported; default 1000. */
  readonly fromEntries?: number;
  /** The address every policy should block; default 64.87.3.133. */
  readonly testIndicator?: Prefix;
}

/**
 * Addresses that are nobody's on the internet: private, loopback, link-local, shared, multicast, reserved (RFC 6890,
 * RFC 1112, RFC 4291). Not those for documentation, which tests and demonstrations block.
 */
const RESERVED: PrefixTable = parseTable(
  new TextEncoder().encode(
    [
      ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
      ...['172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
      ...['::', '::1', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
    ].join('\n'),
  ),
);

/**
 * Signs that a new policy is not what was meant. All are warnings; whoever applies the policy decides.
 * @param before the block table enforced now; null: none
 */
export function checkSanity(
  before: { readonly entries: number } | null,
  after: PolicyTables,
  options: SanityOptions = {},
): Problem[] {
  return [
    ...(before === null ? [] : checkSize(before.entries, sizeOf(after.block), options)),
    ...checkIndicator(after.block, options.testIndicator ?? TEST_INDICATOR),
    ...checkReserved(after.block),
    ...checkShare(after.block),
  ];
}

/**
 * Signs that the policy service gives an older policy than the one in force, e.g. from a server that no longer follows the
 * first one: zones whose serial went back.
 */
export function checkSerials(before: PolicyVersion, after: PolicyVersion): Problem[] {
  return olderZones(before, after).map((older) =>
    warning(
      'serial-went-back',
      `the serial of the zone ${older.zone} went back, from ${older.before} to ${older.after}: the policy is an older one`,
      'Check that each policy server has the newest zone. A zone that was made anew needs a serial above the one before.',
    ),
  );
}

function checkSize(before: number, after: number, options: SanityOptions): Problem[] {
  const { shrinksBelow = 0.5, growsAbove = 3, fromEntries = 1000 } = options;
  if (before < fromEntries) return [];
  const change = `the new block list has ${formatCount(after)} entries, the one before had ${formatCount(before)}`;
  const remedy = 'See on the portal whether the lists of this device were changed.';
  if (after < before * shrinksBelow) return [warning('policy-shrunk', change, remedy)];
  if (after > before * growsAbove) return [warning('policy-grown', change, remedy)];
  return [];
}

function checkIndicator(block: PrefixTable, testIndicator: Prefix): Problem[] {
  if (isCovered(block, testIndicator)) return [];
  return [
    warning(
      'test-indicator-missing',
      `the block list does not hold the test address ${formatPrefix(testIndicator)}`,
      'Check that the right lists are set and that the allow list does not hold the address.',
    ),
  ];
}

function checkReserved(block: PrefixTable): Problem[] {
  const { count, first } = nameEntries(overlapping(block, RESERVED));
  if (count === 0) return [];
  const more = count > first.length ? ` and ${count - first.length} more` : '';
  return [
    warning(
      'reserved-ranges-blocked',
      `the block list holds private or reserved addresses: ${first.join(', ')}${more}`,
      'Put the networks in use behind this firewall on an allow list.',
    ),
  ];
}

/** Half of the IPv4 addresses. Lists of whole countries come to a third. */
const MOST_ADDRESSES = 2 ** 31;

/** Each entry may be narrow enough, and all of them together the whole internet. */
function checkShare(block: PrefixTable): Problem[] {
  const { v4 } = addressCount(block);
  if (v4 <= MOST_ADDRESSES) return [];
  const share = Math.round((v4 / 2 ** 32) * 100);
  return [
    warning(
      'most-addresses-blocked',
      `the block list holds ${share} % of all IPv4 addresses`,
      'Check that the right lists are set, and what they hold.',
    ),
  ];
}

function warning(code: string, message: string, remedy: string): Problem {
  return { code, severity: 'warning', message, remedy };
}
