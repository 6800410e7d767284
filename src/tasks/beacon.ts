/** What the device says of itself to the portal, and how that went. */
import type { Settings } from '../config/options.ts';
import { SettingsError, messageOf } from '../core/errors.ts';
import type { Beacon, Problem, Run } from '../core/ports.ts';
import type { Status } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { loadSettings } from './load-settings.ts';
import { readStatus } from './status.ts';

/** A sentence of a beacon is cut here: the portal takes 256 KiB. */
const LONGEST_TEXT = 500;
const MOST_PROBLEMS = 20;

/**
 * Tells the portal what is enforced, where it is one that the device follows (type auto). A beacon that does not arrive is
 * no failure of the look at the portal: it is shown beside it.
 */
export async function sendBeacon(ports: AgentPorts): Promise<void> {
  const settings = await followedSettings(ports);
  if (settings === null) return;
  const sent = ports.clock.now();
  let reason = '';
  try {
    await ports.upstream.beaconSender(settings).send(beaconOf(await readStatus(ports)));
  } catch (error) {
    reason = messageOf(error);
  }
  ports.beacons.save({ sent, reason });
}

/** The settings of a device that follows a portal (type auto). Those that cannot be used are told by `status`. */
export async function followedSettings(ports: AgentPorts): Promise<Settings | null> {
  try {
    const settings = (await loadSettings(ports))?.values ?? null;
    return settings?.type === 'auto' ? settings : null;
  } catch (error) {
    if (error instanceof SettingsError) return null;
    throw error;
  }
}

/** The beacon of a status. Holds no secret and no address of a person. */
export function beaconOf(status: Status): Beacon {
  const { protection, policy, enforced, hits, refresh, upload, problems } = status;
  return {
    device_id: status.device?.id ?? '',
    product: status.product,
    version: status.version,
    platform: status.platform,
    state: protection.state,
    enabled: enforced?.rulesInPlace ?? false,
    policy: policy?.version ?? null,
    tables: enforced?.tables ?? null,
    last_refresh: timeText(refresh.last),
    last_upload: successOf(upload.last),
    waiting_lines: hits.waiting,
    lag_seconds: lagSeconds(status),
    problems: problems.slice(0, MOST_PROBLEMS).map(shortened),
  };
}

/** For how long lines have been waiting, at most. */
function lagSeconds({ hits, now }: Status): number {
  return hits.oldestWaiting === null
    ? 0
    : Math.max(0, Math.round((now - hits.oldestWaiting) / 1000));
}

function shortened({ code, severity, message }: Problem): Beacon['problems'][number] {
  return { code, severity, message: message.slice(0, LONGEST_TEXT) };
}

function successOf(run: Run | null): string | null {
  return run?.outcome === 'failed' ? null : timeText(run);
}

function timeText(run: Run | null): string | null {
  return run === null ? null : new Date(run.started).toISOString();
}
