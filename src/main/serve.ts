/** The resident agent: the schedule and the page, until it is told to stop. */
import { fileURLToPath } from 'node:url';
import type { AgentLocation } from '../cli/context.ts';
import { streamLog } from '../system/log.ts';
import { systemClock } from '../system/clock.ts';
import { createAgent } from '../tasks/create-agent.ts';
import { enforcePolicy } from '../tasks/enforce-policy.ts';
import { runScheduler } from '../tasks/scheduler.ts';
import { createWebApp } from '../web/app.ts';
import { listenOn, type ListenPlace } from '../system/listen.ts';
import { createLogins } from '../web/login.ts';
import type { SampleTraffic } from '../web/options.ts';
import { createSessions } from '../web/sessions.ts';
import { serveControl } from './control.ts';
import { enforceBySize } from './enforce-in-worker.ts';
import { openPorts } from './open-agent.ts';

/** Where the templates and the style sheet are: beside `src/` and `dist/`. */
const CHECKOUT = new URL('../../', import.meta.url);

/** A running service. */
export interface Service {
  /** Where the page is, e.g. `http://127.0.0.1:8470`, or the path of the Unix socket. */
  readonly address: string;
  /** A link that logs one browser in (standalone page only). */
  loginLink(): string;
  /** Ends schedule and page; resolves when both have ended. */
  stop(): Promise<void>;
}

/**
 * Starts the service.
 * @param place a Unix socket (behind the firewall's own page, which has done the login) or a loopback port
 * @param sample the demo's own traffic
 * @throws HostError when the state or the address cannot be opened
 */
export async function startService(
  location: AgentLocation,
  place: ListenPlace,
  sample?: SampleTraffic,
): Promise<Service> {
  const ports = openPorts(
    location,
    streamLog(process.stderr, () => systemClock.now()),
  );
  const agent = createAgent(
    ports,
    enforceBySize(location, (order, report) => enforcePolicy(ports, order, { report })),
  );
  const logins = createLogins(systemClock);
  const common = {
    clock: systemClock,
    log: ports.log,
    viewsDir: fileURLToPath(new URL('views', CHECKOUT)),
    publicDir: fileURLToPath(new URL('public', CHECKOUT)),
    ...(sample === undefined ? {} : { sample }),
  };
  const app = createWebApp(
    agent,
    'socketPath' in place
      ? { ...common, access: 'relay' }
      : { ...common, access: 'standalone', logins, sessions: createSessions(systemClock) },
  );
  const stopControl = await serveControl(location, agent, ports);
  const listening = await listenOn(app, place);
  const stop = new AbortController();
  const schedule = runScheduler(agent, ports, stop.signal);
  return {
    address: listening.address,
    loginLink: () => logins.issueLink(listening.address),
    async stop() {
      stop.abort();
      await Promise.all([listening.close(), stopControl(), schedule]);
      agent.close();
    },
  };
}
