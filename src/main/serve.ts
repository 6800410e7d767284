/** The resident agent: the schedule and the page, until it is told to stop. */
import { fileURLToPath } from 'node:url';
import type { AgentLocation } from '../cli/context.ts';
import { streamLog } from '../system/log.ts';
import { systemClock } from '../system/clock.ts';
import type { AgentPorts } from '../tasks/agent-ports.ts';
import { createAgent, enforceHere } from '../tasks/create-agent.ts';
import { runScheduler } from '../tasks/scheduler.ts';
import { createWebApp } from '../web/app.ts';
import { listenOn, type ListenPlace, type Listening } from '../system/listen.ts';
import type { SampleTraffic } from '../web/options.ts';
import { serveControl } from './control.ts';
import { enforceBySize } from './enforce-in-worker.ts';
import { openPorts } from './open-agent.ts';
import { startUi, type Ui, type UiParts } from './ui.ts';
// Loaded now, not by the first refresh, which would hold the page up for 100 ms. A command loads them when it needs them.
import './upstream.ts';
import 'execa';

/** Where the templates and the style sheet are: beside `src/` and `dist/`. */
const CHECKOUT = new URL('../../', import.meta.url);

/** A running service. */
export interface Service {
  /** Where the page is, e.g. `http://127.0.0.1:8470`; else the path of the Unix socket. */
  readonly address: string;
  /** A link that logs one browser in (standalone page only). */
  loginLink(): string;
  /** Ends schedule and page; resolves when both have ended. */
  stop(): Promise<void>;
}

/**
 * Starts the service.
 * @param place a Unix socket for the firewall's own page, which has done the login, and beside it the page where the
 *   settings say; or the one place of the page, for the demo
 * @param sample the demo's own traffic
 * @throws HostError when the state or the address cannot be opened
 */
export async function startService(
  location: AgentLocation,
  place: ListenPlace,
  sample?: SampleTraffic,
): Promise<Service> {
  let ui: Ui | null = null;
  const ports: AgentPorts = {
    ...openPorts(
      location,
      streamLog(process.stderr, () => systemClock.now()),
    ),
    serviceProblems: () => ui?.problems ?? [],
  };
  const agent = createAgent(ports, enforceBySize(location, enforceHere(ports)));
  const common = {
    clock: systemClock,
    log: ports.log,
    viewsDir: fileURLToPath(new URL('views', CHECKOUT)),
    publicDir: fileURLToPath(new URL('public', CHECKOUT)),
    ...(sample === undefined ? {} : { sample }),
  };
  const parts = { location, agent, ports, common };
  const relay = 'socketPath' in place ? await serveRelay(parts, place) : null;
  const page = await startUi(parts, 'socketPath' in place ? undefined : place);
  ui = page;
  const stopControl = await serveControl(location, agent, ports, page.verbs);
  const stop = new AbortController();
  const schedule = runScheduler(agent, ports, stop.signal);
  return {
    address: page.address ?? relay?.address ?? '',
    loginLink: () => page.loginLink(),
    async stop() {
      stop.abort();
      await Promise.all([relay?.close(), page.close(), stopControl(), schedule]);
      agent.close();
    },
  };
}

function serveRelay(
  { agent, common }: UiParts,
  place: { readonly socketPath: string },
): Promise<Listening> {
  return listenOn(createWebApp(agent, { ...common, access: 'relay' }), place);
}
