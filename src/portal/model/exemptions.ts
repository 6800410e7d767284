/**
 * What administrators of devices allow and block there, on user lists of the device's policy. The lists are kept here; they
 * count for other devices only when somebody puts them into the policy (docs/decisions/0022-exemptions-at-the-portal.md).
 */
import { PROBLEM } from '../tables/problems.ts';
import { createHash } from 'node:crypto';
import { parsePrefix } from '../../core/prefix-text.ts';
import type { ToldExemption } from '../../protocol/exemptions.ts';
import type { Store } from '../store.ts';
import { SETTINGS_SERIAL } from '../tables/devices.ts';
import type { StoredReport } from '../tables/exemptions.ts';
import type { Role } from '../tables/policies.ts';
import { PORTAL_ACTOR, type Change } from './change.ts';
import { saveUserList } from './user-lists.ts';

type Lists = ReadonlyMap<string, ReadonlySet<string>>;

/** Wider prefixes are for an administrator of the portal: one device must not open or close so much for others. */
const WIDEST: Readonly<Record<4 | 6, number>> = { 4: 16, 6: 32 };
/** The serial of settings that the lists were made with: another one may mean another policy of a device. */
const SETTLED = 'exemptions_settled';
/** Most characters of a name. */
const LONGEST_NAME = 48;
const DIGEST = 6;

/** The user list of a policy that exemptions of its devices go to. */
export function exemptionListOf(policy: string, action: Role): string {
  const end = `-exempt-${action}`;
  if (policy.length + end.length <= LONGEST_NAME) return `${policy}${end}`;
  const digest = createHash('sha256').update(policy).digest('hex').slice(0, DIGEST);
  return `${policy.slice(0, LONGEST_NAME - end.length - DIGEST)}${digest}${end}`;
}

/** Takes what a device told, and makes the lists follow. An older report than the last one changes nothing. */
export function takeExemptions(change: Change, report: StoredReport): void {
  change.store.transaction(() => {
    if (change.store.exemptions.save(report)) settleExemptions(change);
  });
}

/** Whether exemptions have ended, or devices changed, since the lists were made. */
export function exemptionsDue(store: Store, now: number): boolean {
  if (store.exemptions.hasEnded(now)) return true;
  return store.values.number(SETTLED) !== store.values.number(SETTINGS_SERIAL);
}

/**
 * Makes the lists what the devices told: adds what is new, takes away what ended or was revoked, leaves entries that people
 * wrote. A name that a feed has is a problem, and its list is left out.
 */
export function settleExemptions(change: Change): void {
  const { store, clock } = change;
  const now = clock.now();
  store.transaction(() => {
    const reports = store.exemptions.all();
    const [wanted, listed] = [wantedLists(store, reports, now), store.exemptions.listed()];
    for (const list of new Set([...wanted.keys(), ...listed.keys()])) {
      follow(change, list, listed.get(list) ?? new Set(), wanted.get(list) ?? new Set());
    }
    for (const { deviceId, exemptions } of reports) {
      store.exemptions.setNextEnd(deviceId, nextEnd(exemptions, now));
    }
    store.values.set(SETTLED, String(store.values.number(SETTINGS_SERIAL)));
  });
}

/** {@link settleExemptions} by the portal itself. */
export function endExemptions({ store, clock }: Pick<Change, 'store' | 'clock'>): void {
  if (exemptionsDue(store, clock.now())) settleExemptions({ store, clock, actor: PORTAL_ACTOR });
}

function wantedLists(store: Store, reports: readonly StoredReport[], now: number): Lists {
  const lists = new Map<string, Set<string>>();
  for (const { deviceId, exemptions } of reports) {
    const device = store.devices.get(deviceId);
    if (device === null || device.retired !== null || device.policy === null) continue;
    for (const one of exemptions.filter((each) => counts(each, now))) {
      const name = exemptionListOf(device.policy, one.action);
      lists.set(name, (lists.get(name) ?? new Set()).add(one.prefix));
    }
  }
  return lists;
}

function counts({ prefix, until }: ToldExemption, now: number): boolean {
  const { family, length } = parsePrefix(prefix);
  return (until === null || until > now) && length >= WIDEST[family];
}

function follow(
  change: Change,
  list: string,
  listed: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): void {
  const { store, clock } = change;
  if (listed.size === wanted.size && [...wanted].every((prefix) => listed.has(prefix))) return;
  const source = store.sources.get(list);
  if (source?.kind === 'feed') {
    store.problems.open({
      ...{ code: PROBLEM.exemptionsNotListed, subject: list, severity: 'warning' },
      message: `Exemptions of devices cannot go to the list ${list}: a feed has that name.`,
      remedy: 'Give the feed another name.',
      since: clock.now(),
    });
    return;
  }
  const before = Buffer.from(store.sources.prefixes(list)).toString().split('\n');
  const kept = before.filter((line) => !listed.has(line) || wanted.has(line));
  const added = [...wanted].filter((prefix) => !listed.has(prefix));
  const note = source?.note ?? NOTE;
  saveUserList(change, list, { text: [...kept, ...added].join('\n'), note });
  store.exemptions.setListed(list, wanted);
  store.problems.close(PROBLEM.exemptionsNotListed, list);
}

const NOTE =
  'Kept by the devices of the policy: what was allowed or blocked there. Put it into the policy to make it count for all of them.';

function nextEnd(exemptions: readonly ToldExemption[], now: number): number | null {
  const ends = exemptions.flatMap(({ until }) => (until !== null && until > now ? [until] : []));
  return ends.length === 0 ? null : Math.min(...ends);
}
