/** What the host itself must have. */
import type { Settings } from '../config/options.ts';
import { HostError, messageOf } from '../core/errors.ts';
import type { Finding, HostProbe } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

const NODE = { major: 22, minor: 18 };
const MIB = 2 ** 20;
/** Two policies of a million entries, the zones they came from, and the hits of a day without network. */
const GOOD_ROOM_MIB = 500;
const LEAST_ROOM_MIB = 50;
const DAY_MS = 86_400_000;

/** Node, rights and room on the disk. */
export async function hostFindings({ host, driver }: AgentPorts): Promise<readonly Finding[]> {
  return [
    nodeFinding(host.nodeVersion),
    rightsFinding(host, driver.dryRun),
    await roomFinding(host),
  ];
}

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isGood = major > NODE.major || (major === NODE.major && minor >= NODE.minor);
  return {
    name: 'Node',
    state: isGood ? 'ok' : 'error',
    message: version,
    remedy: isGood ? '' : `Install Node ${NODE.major}.${NODE.minor} or later.`,
  };
}

function rightsFinding({ userId, hasNetAdmin }: HostProbe, dryRun: boolean): Finding {
  const name = 'Rights';
  if (dryRun) return { name, state: 'ok', message: 'a dry run needs none', remedy: '' };
  if (userId === 0) return { name, state: 'ok', message: 'root', remedy: '' };
  const user = `user ${userId ?? 'unknown'}`;
  if (hasNetAdmin) return { name, state: 'ok', message: `${user} with CAP_NET_ADMIN`, remedy: '' };
  const message = `${user}, not root`;
  return { name, state: 'warning', message, remedy: 'Run the command as root, e.g. with sudo.' };
}

async function roomFinding(host: HostProbe): Promise<Finding> {
  const name = 'Disk';
  try {
    const room = Math.floor((await host.freeBytes(host.stateFolder)) / MIB);
    const message = `${room} MiB free for ${host.stateFolder}`;
    if (room >= GOOD_ROOM_MIB) return { name, state: 'ok', message, remedy: '' };
    const state = room < LEAST_ROOM_MIB ? 'error' : 'warning';
    const remedy = `Make room: ${GOOD_ROOM_MIB} MiB are enough for the largest policies.`;
    return { name, state, message, remedy };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { name, state: 'error', message: messageOf(error), remedy: error.remedy };
  }
}

/** Web automation is signed with the time: there a clock that runs free is a fault to be. */
export async function timeFinding({ host }: AgentPorts, { type }: Settings): Promise<Finding> {
  const name = 'Clock';
  const synced = await host.isTimeSynced();
  if (synced === true) {
    return { name, state: 'ok', message: 'it follows a time server', remedy: '' };
  }
  const remedy = 'Set up NTP: outgoing UDP port 123, e.g. to time.nist.gov.';
  if (synced === null) {
    const message = 'no program of this host tells whether the clock follows a time server';
    return { name, state: 'warning', message, remedy };
  }
  const message = 'it follows no time server';
  return { name, state: type === 'auto' ? 'error' : 'warning', message, remedy };
}

/** Whether there is a log to read hits from, and whether it grows. */
export async function logFinding(ports: AgentPorts, settings: Settings): Promise<Finding> {
  const name = 'Firewall log';
  const path = settings.log_file;
  const { host, clock } = ports;
  const { name: log, doubt } = ports.logSource(settings);
  if (doubt !== undefined) return { name, state: 'warning', ...doubt };
  if (!log.startsWith('/')) {
    return { name, state: 'ok', message: `hits are read from ${log}`, remedy: '' };
  }
  const state = await host.fileState(path);
  if (state === null) {
    const remedy =
      'Have the firewall log there (on Linux: install rsyslog or ulogd2), or set log_file: without it there are no hits.';
    return { name, state: 'warning', message: `there is no ${path}`, remedy };
  }
  const ageMs = clock.now() - state.changed;
  if (ageMs < DAY_MS) {
    return { name, state: 'ok', message: `${path} can be read and grows`, remedy: '' };
  }
  const message = `${path} has not grown for ${Math.floor(ageMs / DAY_MS)} days`;
  return { name, state: 'warning', message, remedy: 'Check that the firewall logs to this file.' };
}
