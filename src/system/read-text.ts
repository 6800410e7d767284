import { readFileSync } from 'node:fs';
import { HostError, messageOf } from '../core/errors.ts';

/**
 * The text of a small file; null when there is none. Read at once, in microseconds: asked of libuv's threads it takes four
 * turns of an event loop that a refresh keeps busy, and a page some 100 ms longer.
 * @throws HostError naming the file when it cannot be read
 */
export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await Promise.resolve(readFileSync(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { cause });
  }
}
