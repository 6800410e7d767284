import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';
import { makeFolder } from './folder-owner.ts';

/**
 * Puts the input of a program into a file without a name, which goes away with its last reader.
 * @param folder made when it is not there
 * @returns the file, opened for reading at its begin; the caller closes it when the program has begun
 * @throws HostError
 */
export async function holdInput(folder: string, input: string | Uint8Array): Promise<FileHandle> {
  const path = join(folder, `.${randomBytes(6).toString('hex')}.input`);
  try {
    await makeFolder(folder);
    const file = await open(path, 'wx', 0o600);
    try {
      const reader = await open(path, 'r');
      await rm(path);
      await file.writeFile(input);
      return reader;
    } finally {
      await file.close();
    }
  } catch (cause) {
    // The first fault is the one to tell.
    await rm(path, { force: true }).catch(() => undefined);
    throw new HostError(`writing ${path}: ${messageOf(cause)}`, {
      remedy: 'Check that the disk is writable and has room.',
      cause,
    });
  }
}
