import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';
import type { Staged } from '../core/ports.ts';
import { giveToFolderOwner, makeFolder } from './folder-owner.ts';

/** What a file is to hold: as a whole, or in pieces that are made when they are written. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

/**
 * Writes the next content of a file beside it (temporary file in the same folder, fsync). What can fail for lack of
 * room fails here, so several files can be staged first and committed together. What root writes into a folder of
 * somebody else becomes theirs.
 * @param mode permissions of the new file, default 0600
 * @throws HostError; nothing is left behind
 */
export async function stageFile(path: string, content: FileContent, mode = 0o600): Promise<Staged> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await makeFolder(folder);
    await writeSynced(temporary, content, mode);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(path, cause);
  }
  return {
    async commit() {
      try {
        await rename(temporary, path);
        await syncFolder(folder);
      } catch (cause) {
        throw writeError(path, cause);
      }
    },
    discard: () => rm(temporary, { force: true }),
  };
}

/**
 * Replaces a file so that a reader, a crash or a full disk sees the old content or the new, never a mix.
 * @param mode permissions of the new file, default 0600
 * @throws HostError; the old file is as it was and nothing is left beside it
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  mode = 0o600,
): Promise<void> {
  const staged = await stageFile(path, content, mode);
  await staged.commit();
}

function writeError(path: string, cause: unknown): HostError {
  return new HostError(`writing ${path}: ${messageOf(cause)}`, {
    remedy: 'Check that the disk is writable and has room.',
    cause,
  });
}

async function writeSynced(path: string, content: FileContent, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
    await giveToFolderOwner(file, dirname(path));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Removes what killed runs left beside a file: its temporary files. Whoever calls it holds the lock that all writers of
 * the file take. A folder that is not there is fine. @throws HostError
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(start) && name.endsWith('.tmp'));
  for (const name of left) await removeFile(join(folder, name));
}

/** Removes a file; one that is not there is fine. @throws HostError */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw new HostError(`removing ${path}: ${messageOf(cause)}`, { cause });
  }
}
