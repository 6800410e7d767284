/** Who holds a lock of `run-lock.ts`, written beside it as `<lock>.holder`. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { makeOwnFile } from './folder-owner.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What is written: a line for people, a line for {@link ProcessIdentity}. */
export interface LockHolder {
  readonly name: string;
  /** Null where the system does not tell. */
  readonly identity: ProcessIdentity | null;
}

/** Writes down who holds the lock; as long as it can, for a full disk must not keep anybody from a lock. */
export function nameHolder(path: string, { name, identity }: LockHolder): void {
  try {
    // Made anew, so that it is never written through a link.
    forgetHolder(path);
    makeOwnFile(`${path}.holder`);
    const line = identity === null ? '' : `${identity.pid} ${identity.started}\n`;
    writeFileSync(`${path}.holder`, `${name}\n${line}`);
  } catch {
    // Whoever needs to know finds no name.
  }
}

/** To be called before the lock is let go: then a name that is there is that of the holder, or of one that was killed. */
export function forgetHolder(path: string): void {
  rmSync(`${path}.holder`, { force: true });
}

/** The holder; null when it is not known. */
export function readHolder(path: string): LockHolder | null {
  try {
    const [name = '', line = ''] = readFileSync(`${path}.holder`, 'utf8').split('\n');
    const [, pid = '', started = ''] = /^([1-9]\d*) (.+)$/.exec(line) ?? [];
    return { name, identity: pid === '' ? null : { pid: Number(pid), started } };
  } catch {
    return null;
  }
}

/**
 * Whether the kernel says, too, that the process has a lock on the file: what is written may be the doing of whoever
 * writes to the folder. True where the kernel does not list its locks (`/proc/locks`, Linux only).
 */
export async function hasKernelLock(path: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const { ino } = statSync(path);
  // 3: POSIX  ADVISORY  WRITE 4711 fe:00:1311 1073741824 1073741825
  const ours = new RegExp(`^\\d+: POSIX +\\S+ +WRITE ${pid} \\S+:${ino} `, 'm');
  return ours.test(await readFile('/proc/locks', 'latin1'));
}
