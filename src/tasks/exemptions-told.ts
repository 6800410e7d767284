/** What the portal is told of the exemptions, and whether it has them. */
import { createHash } from 'node:crypto';
import type { Settings } from '../config/options.ts';
import type { ExemptionReport } from '../core/ports.ts';
import type { Reachability } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';

/** All that are in force now. */
export function exemptionReport(
  ports: Pick<AgentPorts, 'exemptions'>,
  deviceId: string,
  now: number,
): ExemptionReport {
  const exemptions = ports.exemptions.active(now).map(({ action, prefix, until }) => ({
    ...{ action, prefix },
    until: until === null ? null : new Date(until).toISOString(),
  }));
  return { device_id: deviceId, exemptions };
}

/** Equal for equal reports. */
export function markOf(report: ExemptionReport): string {
  return createHash('sha256').update(JSON.stringify(report)).digest('hex');
}

/**
 * Whether the portal has what is in force now. `reachable` is null where there is no portal to tell (type manual), or
 * nothing; false with why it does not have them.
 * @param followed the settings of a device that follows a portal, else null
 */
export function exemptionsTold(
  ports: Pick<AgentPorts, 'exemptions' | 'told' | 'clock'>,
  followed: Settings | null,
): Reachability {
  const nothing = { reachable: null, asked: null, reason: '' };
  if (followed === null) return nothing;
  const last = ports.told.load();
  const report = exemptionReport(ports, followed.device_id, ports.clock.now());
  if (last === null && report.exemptions.length === 0) return nothing;
  const asked = last?.sent ?? null;
  if (last === null || last.mark !== markOf(report)) {
    return { reachable: false, asked, reason: 'they go with the next look at the portal' };
  }
  return { reachable: last.reason === '', asked, reason: last.reason };
}
