/** The page on its own, and the orders of `tsadmin ui`. */
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import { resolveSettings } from '../config/settings.ts';
import { textOf, type ControlVerbs } from '../control/verbs.ts';
import { AgentError, HostError, messageOf, sentencesOf } from '../core/errors.ts';
import type { Problem } from '../core/ports.ts';
import { createPasswordFile } from '../state/ui-password.ts';
import { systemClock } from '../system/clock.ts';
import { listenOn, type TcpPlace } from '../system/listen.ts';
import type { Agent } from '../tasks/agent.ts';
import type { AgentPorts } from '../tasks/agent-ports.ts';
import { createWebApp } from '../web/app.ts';
import { createLogins } from '../web/login.ts';
import type { CommonOptions } from '../web/options.ts';
import { createPassword, type Password } from '../site/password.ts';
import { createSessions } from '../site/sessions.ts';
import { hostPaths } from './host-paths.ts';
import { uiPlace, type UiPlace } from './ui-place.ts';

/** The page, where there is one. */
export interface Ui {
  /** e.g. `http://127.0.0.1:8470`; null when it is not served. */
  readonly address: string | null;
  /** @throws HostError when the page is not served */
  loginLink(): string;
  readonly verbs: ControlVerbs;
  /** Why it is not served although the settings want it; else empty. */
  readonly problems: readonly Problem[];
  close(): Promise<void>;
}

/** What the page shows, and of which host. */
export interface UiParts {
  readonly location: AgentLocation;
  readonly agent: Agent;
  readonly ports: AgentPorts;
  readonly common: CommonOptions;
}

const HINT = 'Run "tsadmin ui" on this machine to get one.';

/**
 * Serves the page where the settings say. What keeps it from being served is logged, told by `tsadmin ui` and an open
 * problem: protection does not depend on it.
 * @param fixed serves it there instead
 */
export async function startUi(parts: UiParts, fixed?: TcpPlace): Promise<Ui> {
  const { state } = hostPaths(parts.location);
  const password = createPassword(createPasswordFile(join(state, 'ui-password')));
  if (parts.location.platform === 'pfsense') {
    return closedUi('on pfSense it is at Firewall > ThreatSTOP', password);
  }
  try {
    const found = fixed === undefined ? await placeOf(parts, password, state) : at(fixed);
    return found === null
      ? closedUi('it is switched off by ui_address', password)
      : await serve(parts, password, found);
  } catch (error) {
    if (!(error instanceof AgentError) || fixed !== undefined) throw error;
    parts.ports.log.error(`page: ${sentencesOf(error)}`);
    return { ...closedUi(sentencesOf(error), password), problems: [notServed(error)] };
  }
}

function notServed(error: AgentError): Problem {
  return {
    ...{ code: 'page-not-served', severity: 'warning' },
    message: `the page is not served: ${messageOf(error)}`,
    remedy: error.remedy === '' ? 'Change ui_address, then start the service again.' : error.remedy,
  };
}

function at(place: TcpPlace): UiPlace {
  return { place, hosts: [], fingerprint: null };
}

async function placeOf(
  { agent, ports }: UiParts,
  password: Password,
  stateDir: string,
): Promise<UiPlace | null> {
  const stored = await agent.settings();
  const { values } = stored ?? resolveSettings({}, null, ports.identity.defaults);
  return uiPlace(values, { stateDir, hasPassword: await password.isSet() });
}

async function serve(parts: UiParts, password: Password, found: UiPlace): Promise<Ui> {
  const logins = createLogins(systemClock);
  const sessions = createSessions(systemClock);
  const app = createWebApp(parts.agent, {
    ...parts.common,
    ...{ access: 'standalone', logins, sessions, password, loginHint: HINT, hosts: found.hosts },
  });
  const listening = await listenOn(app, found.place);
  const loginLink = (): string => logins.issueLink(listening.address);
  return {
    address: listening.address,
    loginLink,
    problems: [],
    verbs: {
      ...passwordVerbs(password, () => sessions.revokeAll()),
      'login-link': () =>
        Promise.resolve({
          link: loginLink(),
          address: listening.address,
          fingerprint: found.fingerprint,
        }),
    },
    close: () => listening.close(),
  };
}

function closedUi(reason: string, password: Password): Ui {
  const fail = (): never => {
    throw new HostError(`the page is not served: ${reason}`);
  };
  return {
    address: null,
    loginLink: fail,
    problems: [],
    verbs: {
      ...passwordVerbs(password, () => undefined),
      'login-link': () => Promise.resolve().then(fail),
    },
    close: () => Promise.resolve(),
  };
}

function passwordVerbs(password: Password, revokeAll: () => void): ControlVerbs {
  return {
    'ui-password': async (_actor, [text]) => {
      await password.set(textOf(text));
      revokeAll();
    },
    'ui-logout': () => {
      revokeAll();
      return Promise.resolve();
    },
  };
}
