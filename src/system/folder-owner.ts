/**
 * What root writes into a folder of the service's user becomes that user's: `tsadmin`, run by root, and the service work
 * on the same files. For anyone but root, and in root's own folders, there is nothing to do.
 */
import { closeSync, fchownSync, openSync, statSync } from 'node:fs';
import { lchown, mkdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Gives a file that was just made, by its open handle, to the owner of its folder. @throws as `node:fs` does */
export async function giveToFolderOwner(file: FileHandle, folder: string): Promise<void> {
  if (!isRoot()) return;
  const owner = otherOwner(await stat(folder));
  if (owner !== null) await file.chown(owner.uid, owner.gid);
}

/**
 * Makes an empty file of mode 0600 where there is none, of the folder's owner. One that is there is left alone and not
 * even opened: closing it would end the locks SQLite holds on it (fcntl(2)).
 */
export function makeOwnFile(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  try {
    const owner = isRoot() ? otherOwner(statSync(dirname(path))) : null;
    if (owner !== null) fchownSync(file, owner.uid, owner.gid);
  } finally {
    closeSync(file);
  }
}

/** Makes a folder and those above it; new ones get the owner of the one they are in. @throws as `node:fs` does */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      await makeFolder(dirname(path));
      return makeFolder(path);
    }
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    throw error;
  }
  if (!isRoot()) return;
  const owner = otherOwner(await stat(dirname(path)));
  if (owner !== null) await lchown(path, owner.uid, owner.gid);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Null for root, who has it already. */
function otherOwner({ uid, gid }: Owner): Owner | null {
  return uid === 0 ? null : { uid, gid };
}
