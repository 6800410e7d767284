import type { AgentPorts } from './agent-ports.ts';

/** What removing needs. */
export type RemovePorts = Pick<
  AgentPorts,
  | 'driver'
  | 'settingsStore'
  | 'portalRecord'
  | 'history'
  | 'policyStore'
  | 'zoneCopies'
  | 'held'
  | 'shortage'
  | 'confirmation'
  | 'beacons'
  | 'exemptions'
  | 'told'
  | 'schedule'
>;

/**
 * Takes out rules, tables, settings and the policy. The rules go first, so that an interrupted removal leaves
 * nothing enforced; doing it twice is fine. The record of activity and hits stays.
 */
export async function removeDevice(ports: RemovePorts): Promise<void> {
  await ports.driver.remove();
  await ports.settingsStore.clear();
  ports.portalRecord.clear();
  ports.history.clear();
  await ports.policyStore.clear();
  await ports.zoneCopies.keepOnly([]);
  ports.held.clear();
  ports.shortage.clear();
  ports.confirmation.clear();
  ports.beacons.clear();
  ports.exemptions.clear();
  ports.told.clear();
  ports.schedule.clear();
}
