/** From the agent's status to what the panels of the overview show. */
import type { EnforcedTable, GapRecord, Run, TableName } from '../core/ports.ts';
import type { Status } from '../tasks/agent.ts';
import { capacityView, type CapacityView } from './capacity.ts';
import {
  LONGEST_NOTE,
  countFact,
  itemsFact,
  nameFact,
  textFact,
  timeFact,
  type Fact,
} from './facts.ts';
import { durationWords, formatCount, timeView } from '../site/format.ts';
import { texts } from './texts.ts';

/** One table: what the policy wants and what the firewall holds. */
export interface TableRow {
  readonly name: string;
  readonly wanted: string;
  readonly held: string;
  readonly tone: Fact['tone'];
  readonly verdict: string;
}

/** The panels below the protection sentence. */
export interface Panels {
  readonly tables: readonly TableRow[];
  /** Null: no limit. */
  readonly capacity: CapacityView | null;
  readonly policy: readonly Fact[];
  readonly refresh: readonly Fact[];
  readonly hits: readonly Fact[];
  readonly device: readonly Fact[];
}

/** All panels. */
export function panelsOf(status: Status): Panels {
  return {
    tables: status.policy === null ? [] : [tableRow(status, 'block'), tableRow(status, 'allow')],
    capacity: capacityView(status.enforced),
    policy: policyFacts(status),
    refresh: refreshFacts(status),
    hits: hitFacts(status),
    device: deviceFacts(status),
  };
}

function tableRow(status: Status, table: TableName): TableRow {
  const wanted = status.policy?.tables[table] ?? { entries: 0, hash: '' };
  return {
    name: texts.policy[table],
    wanted: formatCount(wanted.entries),
    ...heldColumns(wanted, status.enforced && status.enforced.tables[table], status),
  };
}

function heldColumns(wanted: EnforcedTable, held: EnforcedTable | null, { enforced }: Status) {
  const { policy } = texts;
  if (enforced === null) return { held: '–', tone: 'bad', verdict: policy.unknown } as const;
  if (held === null) return { held: '–', tone: 'bad', verdict: policy.missing } as const;
  const same = held.hash === wanted.hash;
  return {
    held: formatCount(held.entries),
    tone: same ? 'good' : 'bad',
    verdict: same ? policy.same : policy.differs,
  } as const;
}

function policyFacts({ policy, lists, now }: Status): readonly Fact[] {
  const names = [
    itemsFact(texts.policy.blockLists, lists.block),
    itemsFact(texts.policy.allowLists, lists.allow),
  ];
  if (policy === null) return names;
  const notes =
    policy.notes.length === 0 ? [] : [itemsFact(texts.policy.notes, policy.notes, LONGEST_NOTE)];
  return [
    timeFact(texts.policy.age, timeView(policy.takenAt, now)),
    itemsFact(texts.policy.version, policy.version.split(/\s+/)),
    ...names,
    ...notes,
  ];
}

function refreshFacts(status: Status): readonly Fact[] {
  const { refresh } = texts;
  return [
    runFact(refresh.last, status.refresh.last, status.now),
    nextFact(refresh.next, status.refresh.next, status.now),
    portalFact(status),
    status.serviceRunning
      ? textFact(refresh.service, refresh.running, { tone: 'good' })
      : textFact(refresh.service, refresh.stopped, { tone: 'bad', note: refresh.stoppedNote }),
  ];
}

function portalFact({ portal, device, now }: Status): Fact {
  const { refresh } = texts;
  if (portal.reachable === null) {
    const manual = device?.type === 'manual';
    return textFact(refresh.portal, manual ? refresh.notUsed : refresh.notAsked);
  }
  if (portal.reachable) return textFact(refresh.portal, refresh.reachable, { tone: 'good' });
  const asked = portal.asked === null ? '' : ` (${timeView(portal.asked, now).exact})`;
  const note = `${portal.reason}${asked}`;
  return textFact(refresh.portal, refresh.unreachable, { tone: 'bad', note });
}

function hitFacts({ hits, upload, logging, gaps, now }: Status): readonly Fact[] {
  const faults = (['quarantined', 'gaps', 'unreadable', 'dropped'] as const)
    .filter((name) => hits[name] > 0)
    .map((name) => countFact(texts.hits[name], hits[name], 'bad'));
  return [
    countFact(texts.hits.collected, hits.collected),
    waitingFact(hits, now),
    countFact(texts.hits.uploaded, hits.uploaded),
    ...faults,
    ...(gaps.length === 0 ? [] : [itemsFact(texts.hits.lost, gaps.map(gapText), LONGEST_NOTE)]),
    ...(logging === null ? [] : [scopeFact(logging)]),
    runFact(texts.hits.lastUpload, upload.last, now),
    nextFact(texts.hits.nextUpload, upload.next, now),
  ];
}

/** The lines on their way, and how old the oldest is. */
function waitingFact({ waiting, oldestWaiting }: Status['hits'], now: number): Fact {
  const note = oldestWaiting === null ? '' : texts.hits.oldest(durationWords(now - oldestWaiting));
  return textFact(texts.hits.waiting, formatCount(waiting), { note });
}

function scopeFact({ scope, maskLocal }: NonNullable<Status['logging']>): Fact {
  const note = maskLocal ? texts.hits.masked : '';
  return textFact(texts.hits.scope, texts.hits.scopes[scope], { note });
}

/** When, where, how much, why. */
function gapText({ from, to, source, bytes, lines, reason }: GapRecord): string {
  const { lostLines, lostBytes, lostUnknown } = texts.hits;
  const when = `${timeView(from, to).exact} – ${timeView(to, to).exact}`;
  const known = bytes === null ? lostUnknown : lostBytes(formatCount(bytes));
  return `${when}, ${source}, ${lines === null ? known : lostLines(formatCount(lines))}: ${reason}`;
}

function deviceFacts({ device, platform, product, version }: Status): readonly Fact[] {
  const program = [
    textFact(texts.device.platform, platform),
    textFact(texts.device.version, `${product} ${version}`),
  ];
  if (device === null) return program;
  const type = device.type === 'auto' ? texts.device.auto : texts.device.manual;
  return [
    nameFact(texts.device.id, device.id),
    ...(device.nickname === '' ? [] : [nameFact(texts.device.nickname, device.nickname)]),
    textFact(texts.device.type, type),
    ...program,
  ];
}

/** When a task ran last; the reason too where it failed. */
function runFact(label: string, run: Run | null, now: number): Fact {
  if (run === null) return textFact(label, texts.never);
  const failure = run.outcome === 'failed' ? ({ tone: 'bad', note: run.message } as const) : {};
  return timeFact(label, timeView(run.started, now), failure);
}

function nextFact(label: string, next: number | null, now: number): Fact {
  if (next === null) return textFact(label, texts.refresh.notPlanned);
  return timeFact(label, timeView(next, now, texts.refresh.due));
}
