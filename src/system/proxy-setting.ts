/** Which HTTP proxy leads to a URL: what the option says, else what the platform puts into the environment. */
import { SettingsError } from '../core/errors.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Ports that a URL leaves out. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** User and password in fetch(3)'s form, as pfSense exports them: scheme:realm:user:password. */
const FETCH_AUTH = /^basic:[^:]*:([^:]+):(.*)$/;

/**
 * The proxy for a URL, or null: direct.
 * @param setting what the option says: a proxy, `none`, or empty: the environment decides
 * @param environment HTTPS_PROXY (for https), HTTP_PROXY (for both, as fetch(3) takes it), HTTP_PROXY_AUTH and NO_PROXY;
 * the names in small letters too
 * @param option name of the option, for the error
 * @throws SettingsError naming option or variable, never its value, when it holds something else
 */
export function proxyFor(
  url: string,
  setting: string,
  environment: Environment,
  option = 'log_proxy',
): URL | null {
  if (setting === 'none') return null;
  if (setting !== '') return parseProxy(`the option ${option}`, setting);
  const target = new URL(url);
  if (isExcepted(target, valueOf(environment, 'NO_PROXY'))) return null;
  const names = target.protocol === 'https:' ? ['HTTPS_PROXY', 'HTTP_PROXY'] : ['HTTP_PROXY'];
  for (const name of names) {
    const value = valueOf(environment, name);
    if (value !== '')
      return withUser(parseProxy(`the environment variable ${name}`, value), environment);
  }
  return null;
}

function valueOf(environment: Environment, name: string): string {
  return (environment[name] ?? environment[name.toLowerCase()] ?? '').trim();
}

/** The scheme may be missing: `proxy.example:3128`. */
function parseProxy(place: string, value: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : null;
  if (proxy?.protocol === 'http:' && proxy.hostname !== '') return proxy;
  throw new SettingsError(`${place} does not name an HTTP proxy`, {
    remedy: 'Use http://[user:password@]host:port, or none.',
  });
}

function withUser(proxy: URL, environment: Environment): URL {
  const [, user, password] = FETCH_AUTH.exec(valueOf(environment, 'HTTP_PROXY_AUTH')) ?? [];
  if (proxy.username !== '' || user === undefined || password === undefined) return proxy;
  proxy.username = encodeURIComponent(user);
  proxy.password = encodeURIComponent(password);
  return proxy;
}

/** By host or domain, with or without port; `*`: all. */
function isExcepted(target: URL, list: string): boolean {
  const port = target.port === '' ? DEFAULT_PORTS[target.protocol] : target.port;
  const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*' || entry === host) return true;
      const [, name = entry, wantedPort] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(entry) ?? [];
      const domain = name.replace(/^\*?\./, '');
      const named = domain !== '' && (host === domain || host.endsWith(`.${domain}`));
      return named && (wantedPort === undefined || wantedPort === port);
    });
}
