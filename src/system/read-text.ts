import { readFile } from 'node:fs/promises';
import { HostError, messageOf } from '../core/errors.ts';

/** The text of a file; null when there is none. @throws HostError naming the file when it cannot be read */
export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { cause });
  }
}
