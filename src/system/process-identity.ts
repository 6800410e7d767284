/** Processes of this host: which one a number means, and how to end one with all that it started. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** A process, told apart from one that gets its number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, as the kernel says it; compared, never read. */
  readonly started: string;
}

/** Fields of `/proc/PID/stat` behind the name, which may hold anything (proc_pid_stat(5)). */
const PARENT_FIELD = 1;
const START_FIELD = 19;

const isLinux = process.platform === 'linux';
let own: Promise<ProcessIdentity | null> | null = null;

/** This process; null where the system does not tell. */
export function ownIdentity(): Promise<ProcessIdentity | null> {
  own ??= startOf(process.pid).then((started) =>
    started === null ? null : { pid: process.pid, started },
  );
  return own;
}

/** Whether the process is still there, and no other has its number. */
export async function isAlive({ pid, started }: ProcessIdentity): Promise<boolean> {
  return (await startOf(pid)) === started;
}

/**
 * Ends a process and what it started, at once (SIGKILL). It is stopped first, so that it starts nothing more meanwhile.
 * @returns false when it is not this process any more, or this user may not
 */
export async function endProcess(identity: ProcessIdentity): Promise<boolean> {
  if (!(await isAlive(identity))) return false;
  if (!send(identity.pid, 'SIGSTOP')) return false;
  for (const pid of await startedBy(identity.pid)) send(pid, 'SIGKILL');
  return send(identity.pid, 'SIGKILL');
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Null: there is no such process, or the system does not tell. */
async function startOf(pid: number): Promise<string | null> {
  try {
    if (isLinux) return `${bootId()} ${(await statFields(pid))[START_FIELD] ?? ''}`;
    const { stdout } = await runCommand(['/bin/ps', '-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return null;
  }
}

/** Ticks since the boot say nothing of another boot. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

async function statFields(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Its children, and theirs. */
async function startedBy(pid: number): Promise<readonly number[]> {
  const parents = await parentsOfAll();
  const found = [pid];
  for (const parent of found) {
    found.push(...parents.filter(([, its]) => its === parent).map(([child]) => child));
  }
  return found.slice(1);
}

/** Each process with its parent; empty where the system does not tell. */
async function parentsOfAll(): Promise<readonly (readonly [number, number])[]> {
  if (isLinux) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    return Promise.all(
      pids.map(async (pid) => {
        const fields = await statFields(pid).catch(() => []);
        return [pid, Number(fields[PARENT_FIELD] ?? 0)] as const;
      }),
    );
  }
  const { stdout } = await runCommand(['/bin/ps', '-A', '-o', 'pid=', '-o', 'ppid=']).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').map((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    return [pid, parent] as const;
  });
}
