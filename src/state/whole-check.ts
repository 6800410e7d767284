import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { HostError, messageOf } from '../core/errors.ts';
import { identityOf } from '../system/file-memo.ts';

/**
 * Tells whether a file has the SHA-256 (hex) it should have; one that is missing is not damaged. A file is read when it
 * is asked about first, and when its times, size or inode are others than then.
 */
export function createWholeCheck(): (path: string, expected: string) => Promise<boolean> {
  let seen: ReadonlyMap<string, string> = new Map();
  return async (path, expected) => {
    const identity = identityOf(path);
    if (identity === '' || seen.get(path) === identity) return true;
    if ((await sha256Of(path)) !== expected) return false;
    // The last ones are enough: a policy has few files, and others come with the next one.
    seen = new Map([...[...seen].slice(-MOST_SEEN), [path, identity]]);
    return true;
  };
}

const MOST_SEEN = 100;

/** Read in the pieces of a stream, so that a large file does not hold up the event loop. @throws HostError */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch (cause) {
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, { cause });
  }
  return hash.digest('hex');
}
