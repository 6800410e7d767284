/** Looks at every prerequisite of the documents, one by one. Changes nothing; what fails in one look never ends the others. */
import type { Settings } from '../config/options.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import type { Finding } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { firewallFindings } from './doctor-firewall.ts';
import { hostFindings, logFinding, timeFinding } from './doctor-host.ts';
import {
  addressFinding,
  listsFinding,
  logServiceFinding,
  policyServerFindings,
  settingsFinding,
} from './doctor-network.ts';
import { loadSettings } from './load-settings.ts';
import { isServiceRunning } from './status.ts';

type Look = (ports: AgentPorts, settings: Settings) => Promise<readonly Finding[]>;

/** What a device that is set up needs, in the order it is shown. */
const LOOKS: readonly (readonly [string, Look])[] = [
  ['Clock', async (ports, settings) => [await timeFinding(ports, settings)]],
  ['Settings service', settingsFinding],
  ['Policy service', policyServerFindings],
  ['Lists', listsFinding],
  ['Log service', async (ports, settings) => [await logServiceFinding(ports, settings)]],
  ['Public address', async (ports, settings) => [await addressFinding(ports, settings)]],
  ['Firewall', (ports) => firewallFindings(ports)],
  ['Firewall log', async (ports, settings) => [await logFinding(ports, settings)]],
];

/** Every finding, also the good ones. */
export async function examine(ports: AgentPorts): Promise<readonly Finding[]> {
  const host = await hostFindings(ports);
  const stored = await attempt('Settings', async () => [await loadSettings(ports)]);
  if ('failed' in stored) return [...host, serviceFinding(ports), stored.failed];
  const settings = stored.value[0] ?? null;
  if (settings === null) {
    const remedy = 'Run "tsadmin add", or use the set-up form of the page.';
    const message = 'this device is not set up';
    return [...host, { name: 'Settings', state: 'warning', message, remedy }];
  }
  const looks = LOOKS.map(async ([name, look]) => {
    const found = await attempt(name, () => look(ports, settings.values));
    return 'failed' in found ? [found.failed] : found.value;
  });
  const found = await Promise.all(looks);
  return [...host, serviceFinding(ports), ok('Settings', 'they can be used'), ...found.flat()];
}

/** A look that found nothing wrong. */
function ok(name: string, message: string): Finding {
  return { name, state: 'ok', message, remedy: '' };
}

function serviceFinding({ schedule, clock, identity }: AgentPorts): Finding {
  if (isServiceRunning(schedule.lastBeat(), clock.now())) return ok('Service', 'it is running');
  const { startCommand, withoutService } = identity;
  const remedy = `Start it: ${startCommand}`;
  if (withoutService !== undefined) {
    const message = `it is not running: ${withoutService}`;
    return { name: 'Service', state: 'warning', message, remedy };
  }
  const message = 'it is not running: nothing is refreshed, checked or uploaded';
  return { name: 'Service', state: 'error', message, remedy };
}

async function attempt<T>(
  name: string,
  look: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failed: Finding }> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    const { remedy } = error;
    return { failed: { name, state: 'error', message: messageOf(error), remedy } };
  }
}
