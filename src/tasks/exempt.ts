/**
 * Local exemptions: an address is allowed or blocked on this device, for a time or for good. The stored list says what
 * should be, the record of the policy in force what is; {@link settleExemptions} makes one of the other, from the tables on
 * disk, without a network: at once, when a time is over, and after a kill or reboot in between.
 */
import type { Settings } from '../config/options.ts';
import { FormatError, PolicyError } from '../core/errors.ts';
import type { Actor, Exemption, Run } from '../core/ports.ts';
import { isCovered } from '../core/prefix-search.ts';
import { tableOf } from '../core/prefix-sort.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';
import type { AgentPorts } from './agent-ports.ts';
import { describeCut, NOTHING_CUT, type Cut } from './cut-connections.ts';
import { isMadeWith, isSame, type EnforceExemptions } from './enforce-exemptions.ts';
import { collectGuard } from './guard.ts';
import { requireSettings } from './load-settings.ts';
import { recordRun, type Outcome } from './record-run.ts';

/** An exemption as it is asked for. */
export interface ExemptionOrder {
  readonly action: Exemption['action'];
  /** An address or prefix. */
  readonly prefix: string;
  /** How long, milliseconds; null: for good. */
  readonly forMs: number | null;
}

/** The exemptions as methods of the agent. */
export interface ExemptionActions {
  /** Allows or blocks a prefix on this device, in force when it returns. @throws FormatError, PolicyError */
  exempt(actor: Actor, order: ExemptionOrder): Promise<Run>;
  /** Ends an exemption before its time. @throws PolicyError when there is none */
  revoke(actor: Actor, prefix: string): Promise<Run>;
  /** Takes back what has ended, and puts in force what a killed run left; cheap when there is nothing to do. */
  settleExemptions(actor: Actor): Promise<Run | null>;
  /** Those in force, by prefix. */
  exemptions(): Promise<readonly Exemption[]>;
}

/** Each costs a little at every refresh. */
const MOST_EXEMPTIONS = 1_000;
const LONGEST_MS = 10 * 366 * 86_400_000;
const MOST_NAMED = 3;

/** What the exemptions work with. */
interface ExemptionParts {
  readonly ports: AgentPorts;
  /** How they are put in force. */
  readonly enforce: EnforceExemptions;
}

/** The exemptions of one agent. @param enforce how they are put in force */
export function createExemptionActions(
  ports: AgentPorts,
  enforce: EnforceExemptions,
): ExemptionActions {
  const parts = { ports, enforce };
  return {
    exempt: (actor, order) => exempt(parts, actor, order),
    revoke: (actor, prefix) => revoke(parts, actor, prefix),
    settleExemptions: (actor) => settle(parts, actor),
    exemptions: () => Promise.resolve(ports.exemptions.active(ports.clock.now())),
  };
}

/** Whether the policy in force was made with other exemptions than there are now. */
export function isUnsettled(ports: Pick<AgentPorts, 'history' | 'exemptions' | 'clock'>): boolean {
  const policy = ports.history.current();
  return policy !== null && !isMadeWith(policy, ports.exemptions.active(ports.clock.now()));
}

async function exempt(parts: ExemptionParts, actor: Actor, order: ExemptionOrder): Promise<Run> {
  const { ports } = parts;
  const work = async () => {
    const settings = await requireSettings(ports);
    const now = ports.clock.now();
    const wanted = exemptionOf(order, settings, actor, now);
    if (order.action === 'block') await refuseGuarded(ports, settings, actor, wanted.prefix);
    const before = ports.exemptions.find(wanted.prefix, now);
    if (before === null && ports.exemptions.active(now).length >= MOST_EXEMPTIONS) {
      throw new PolicyError(`there are ${MOST_EXEMPTIONS} exemptions already`, {
        remedy: 'Revoke some, or put the addresses on a list of the portal.',
      });
    }
    ports.exemptions.save(wanted);
    const cut = await applyOr(parts, settings, actor, () => restore(ports, wanted.prefix, before));
    return done(`${describe(wanted)}.${describeCut(cut)}`);
  };
  return (await recordRun(ports, 'exempt', actor, work)).run;
}

async function revoke(parts: ExemptionParts, actor: Actor, text: string): Promise<Run> {
  const { ports } = parts;
  const work = async () => {
    const settings = await requireSettings(ports);
    const prefix = formatPrefix(parsePrefix(text.trim()));
    const before = ports.exemptions.find(prefix, ports.clock.now());
    if (before === null) {
      throw new PolicyError(`there is no exemption of ${prefix}`, {
        remedy: 'See which there are: "tsadmin status", or Hits on the page.',
      });
    }
    ports.exemptions.remove(prefix);
    const cut = await applyOr(parts, settings, actor, () => restore(ports, prefix, before));
    return done(`${prefix} is no longer ${before.action}ed here.${describeCut(cut)}`);
  };
  return (await recordRun(ports, 'exempt', actor, work)).run;
}

async function settle(parts: ExemptionParts, actor: Actor): Promise<Run | null> {
  const { ports } = parts;
  if (!isUnsettled(ports)) return null;
  const work = async () => {
    const before = ports.history.current()?.local?.exemptions ?? [];
    const cut = await apply(parts, await requireSettings(ports), actor);
    const now = ports.exemptions.active(ports.clock.now());
    const ended = before.filter((one) => !now.some((other) => isSame(one, other)));
    const names = ended.slice(0, MOST_NAMED).map(({ action, prefix }) => `${action} ${prefix}`);
    const more = ended.length > MOST_NAMED ? ` and ${ended.length - MOST_NAMED} more` : '';
    const message =
      ended.length === 0 ? 'Put exemptions in force.' : `Ended: ${names.join(', ')}${more}.`;
    return done(`${message}${describeCut(cut)}`);
  };
  return (await recordRun(ports, 'exempt', actor, work)).run;
}

function done(message: string): Outcome<null> {
  return { outcome: 'done', message, value: null };
}

/** @throws FormatError for what is no prefix, or a time that cannot be; PolicyError for a prefix that is too wide */
function exemptionOf(
  { action, prefix: text, forMs }: ExemptionOrder,
  settings: Settings,
  actor: Actor,
  now: number,
): Exemption {
  const prefix = parsePrefix(text.trim());
  if (forMs !== null && !(forMs > 0 && forMs <= LONGEST_MS)) {
    throw new FormatError('the time of the exemption cannot be used', {
      remedy: 'Give e.g. 1h, 1d or ever.',
    });
  }
  const { widest_block_v4: widest4, widest_block_v6: widest6 } = settings;
  const shortest = prefix.family === 4 ? widest4 : widest6;
  if (prefix.length < shortest) {
    throw new PolicyError(`${formatPrefix(prefix)} is too wide for an exemption`, {
      remedy: `Name a prefix of /${shortest} or longer.`,
    });
  }
  const until = forMs === null ? null : now + forMs;
  return { action, prefix: formatPrefix(prefix), until, created: now, actor };
}

/** To block what is never blocked would have no effect, and must not look as if it had. */
async function refuseGuarded(
  ports: AgentPorts,
  settings: Settings,
  actor: Actor,
  text: string,
): Promise<void> {
  const prefix = parsePrefix(text);
  const guard = await collectGuard(ports, settings, actor);
  const guarded = guard.find((one) => isCovered(tableOf([one.prefix]), prefix));
  if (guarded === undefined) return;
  throw new PolicyError(`${text} is never blocked: ${guarded.reason}`, {
    remedy: 'Block another address.',
  });
}

function restore(ports: AgentPorts, prefix: string, before: Exemption | null): void {
  if (before === null) ports.exemptions.remove(prefix);
  else ports.exemptions.save(before);
}

/** A run that failed has changed nothing, so the list is put back as well. */
async function applyOr(
  parts: ExemptionParts,
  settings: Settings,
  actor: Actor,
  undo: () => void,
): Promise<Cut> {
  try {
    return await apply(parts, settings, actor);
  } catch (error) {
    undo();
    throw error;
  }
}

/** Without a policy the next one is made with them. */
async function apply(
  { ports, enforce }: ExemptionParts,
  settings: Settings,
  actor: Actor,
): Promise<Cut> {
  const policy = ports.history.current();
  const active = ports.exemptions.active(ports.clock.now());
  if (policy === null || isMadeWith(policy, active)) return NOTHING_CUT;
  const blocks = active.some(({ action }) => action === 'block');
  const guard = blocks ? await collectGuard(ports, settings, actor) : [];
  return enforce({ settings, guard }, policy);
}

function describe({ action, prefix, until }: Exemption): string {
  const end =
    until === null
      ? 'for good'
      : `until ${new Date(until).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `${prefix} is ${action}ed here ${end}`;
}
