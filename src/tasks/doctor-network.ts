/** The services a device must reach, as the documents list them. */
import type { Settings } from '../config/options.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import type { Finding } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { requestOf } from './policy-settings.ts';
import { fetchRecord } from './sync-settings.ts';

/** The ports of the policy service; where one is filtered the other may be open. */
const POLICY_PORTS = [53, 5353];

type Ports = Pick<AgentPorts, 'upstream' | 'identity' | 'settingsStore' | 'history'>;

/** DNS over TLS with certificate or pin, and the key: all that web automation needs. */
export async function settingsFinding(
  ports: Ports,
  settings: Settings,
): Promise<readonly Finding[]> {
  if (settings.type !== 'auto') return [];
  const { serial } = await fetchRecord(ports, (await ports.settingsStore.read()) ?? {});
  const place = `${settings.settings_server} port ${settings.settings_port}`;
  const message = `${place}: settings ${serial}; certificate, key and clock are good`;
  return [{ name: 'Settings service', state: 'ok', message, remedy: '' }];
}

/** A connection to each server. One that fails is a warning as long as another answers. */
export async function policyServerFindings(
  { upstream }: Ports,
  settings: Settings,
): Promise<readonly Finding[]> {
  const { dns_server: servers, port } = settings;
  const faults = await Promise.all(servers.map((server) => faultOf(upstream, server, port)));
  const isOneUp = faults.includes(null);
  return Promise.all(
    servers.map(async (server, index): Promise<Finding> => {
      const [name, fault] = ['Policy service', faults[index] ?? null];
      const place = `${server} TCP port ${port}`;
      if (fault === null) return { name, state: 'ok', message: `${place} is open`, remedy: '' };
      const remedy = await otherPort(upstream, server, port);
      const message = `${place}: ${fault}`;
      return { name, state: isOneUp ? 'warning' : 'error', message, remedy };
    }),
  );
}

async function otherPort(
  upstream: Ports['upstream'],
  server: string,
  port: number,
): Promise<string> {
  for (const other of POLICY_PORTS.filter((one) => one !== port)) {
    if ((await faultOf(upstream, server, other)) === null) {
      return `Port ${other} is open: tsadmin config set port=${other}.`;
    }
  }
  return 'Let this device out to TCP port 53 or 5353 of the policy service.';
}

async function faultOf(
  upstream: Ports['upstream'],
  server: string,
  port: number,
): Promise<string | null> {
  try {
    await upstream.connect(server, port);
    return null;
  } catch (error) {
    if (error instanceof AgentError) return messageOf(error);
    throw error;
  }
}

/** The lists are there and whole, read as an update does; nothing is kept. */
export async function listsFinding(
  { upstream, history }: Ports,
  settings: Settings,
): Promise<readonly Finding[]> {
  const known = history.current()?.version ?? null;
  const request = requestOf(settings);
  const fetched = await upstream.policySource(settings, true).fetch(request, known);
  const names = [...request.blockLists, ...request.allowLists].join(' ');
  const message = `${names}: ${fetched === 'unchanged' ? 'unchanged' : fetched.version}`;
  return [{ name: 'Lists', state: 'ok', message, remedy: '' }];
}

/** HTTPS to where hits go, directly or by the proxy. Any answer of the server is good. */
export async function logServiceFinding({ upstream }: Ports, settings: Settings): Promise<Finding> {
  const way = await upstream.reachLogService(settings);
  const host = new URL(settings.log_url).host;
  return { name: 'Log service', state: 'ok', message: `${host} answers, ${way}`, remedy: '' };
}

/** The portal's list of addresses. A portal that does not tell is no fault of the device. */
export async function addressFinding({ upstream }: Ports, settings: Settings): Promise<Finding> {
  const name = 'Public address';
  try {
    const { address, authorized } = await upstream.checkAddress(settings);
    if (authorized) {
      return { name, state: 'ok', message: `${address} is authorized`, remedy: '' };
    }
    const remedy = "Enter it as the device's public address on the portal.";
    const message = `${address} is not in the list of authorized hosts`;
    return { name, state: 'error', message, remedy };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { name, state: 'warning', message: messageOf(error), remedy: error.remedy };
  }
}
