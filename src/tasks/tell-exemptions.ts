/** The portal is told what is allowed and blocked on this device: all of it, whenever that is other than what it knows. */
import { messageOf } from '../core/errors.ts';
import type { AgentPorts } from './agent-ports.ts';
import { followedSettings } from './beacon.ts';
import { exemptionReport, markOf } from './exemptions-told.ts';

/** Told again after this long, for a portal that was put back from a backup. */
const AGAIN_MS = 86_400_000;

/**
 * Tells them where the device follows a portal (type auto). What does not arrive is told with the next look at the portal,
 * revoked ones too, as the whole list goes each time; it fails nothing.
 */
export async function tellExemptions(ports: AgentPorts): Promise<void> {
  const settings = await followedSettings(ports);
  if (settings === null) return;
  const now = ports.clock.now();
  const report = exemptionReport(ports, settings.device_id, now);
  const mark = markOf(report);
  const last = ports.told.load();
  if (last === null && report.exemptions.length === 0) return;
  if (last?.mark === mark && last.reason === '' && now - last.sent < AGAIN_MS) return;
  let reason = '';
  try {
    await ports.upstream.exemptionSender(settings).send(report);
  } catch (error) {
    reason = messageOf(error);
  }
  ports.told.save({ mark, sent: now, reason });
}
