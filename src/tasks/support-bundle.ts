/** What somebody who helps needs to know of a device, without its secrets. */
import { optionNames, options } from '../config/options.ts';
import { formatOption, type ResolvedSettings } from '../config/settings.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import { HIDDEN, redact } from '../core/redact.ts';
import type { AgentPorts } from './agent-ports.ts';
import { loadSettings } from './load-settings.ts';
import { readStatus } from './status.ts';

const MOST_RUNS = 500;
const MOST_GAPS = 100;
const MOST_POLICIES = 20;

/** One JSON document, indented, of all that is known and no secret. Reading it changes nothing and needs no network. */
export async function supportBundle(ports: AgentPorts): Promise<string> {
  const settings = await settingsOrReason(ports);
  const bundle = {
    format: 'ts-support/1',
    made: new Date(ports.clock.now()).toISOString(),
    identity: ports.identity,
    zoneOffsetMinutes: ports.zone(ports.clock.now()),
    settings: typeof settings === 'string' || settings === null ? settings : openSettings(settings),
    status: await readStatus(ports),
    policies: ports.history.recent().slice(0, MOST_POLICIES),
    held: ports.held.load(),
    gaps: ports.hits.gaps(MOST_GAPS),
    damagedDatabases: ports.damagedDatabases(),
    newerDatabases: ports.newerDatabases(),
    runs: ports.runs.recent(MOST_RUNS),
  };
  const text = `${JSON.stringify(bundle, null, 2)}\n`;
  return redact(text, typeof settings === 'object' && settings !== null ? secretsOf(settings) : []);
}

async function settingsOrReason(ports: AgentPorts): Promise<ResolvedSettings | string | null> {
  try {
    return await loadSettings(ports);
  } catch (error) {
    if (error instanceof AgentError) return messageOf(error);
    throw error;
  }
}

function openSettings({ values, origins }: ResolvedSettings): object {
  const rows = optionNames.map((name) => {
    const text = formatOption(name, values[name]);
    const value = options[name].secret && text !== '' ? HIDDEN : text;
    return [name, { value, origin: origins[name] }];
  });
  return Object.fromEntries(rows) as object;
}

/** Every way a secret could have got into a message. */
function secretsOf({ values }: ResolvedSettings): readonly string[] {
  const names = optionNames.filter((name) => options[name].secret);
  const texts = names.map((name) => formatOption(name, values[name])).filter((text) => text !== '');
  const parts = texts.flatMap((text) => [text, ...userInfoOf(text)]);
  return [...new Set(parts.flatMap(waysToWrite))];
}

/** User and password of an address with both; as they are and decoded. */
function userInfoOf(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  const { username, password } = url;
  return [username, password, `${username}:${password}`].flatMap((one) => [
    one,
    decodeURIComponent(one),
  ]);
}

function waysToWrite(secret: string): readonly string[] {
  const bytes = [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'base64')].filter(
    ({ length }) => length >= 4,
  );
  const encoded = bytes.flatMap((one) => [
    one.toString('hex'),
    one.toString('base64').replace(/=+$/, ''),
    one.toString('base64url'),
    one.toString('latin1'),
    one.toString('utf8'),
  ]);
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, secret.replace(/=+$/, ''), inJson, encodeURIComponent(secret), ...encoded];
}
