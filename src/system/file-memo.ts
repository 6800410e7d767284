import { stat } from 'node:fs/promises';

/**
 * Remembers what was read while a file stays the same file with the same content (device, inode, size, times); reads
 * anew each time while there is no such file.
 */
export function rememberWhileUnchanged<T>(path: string, read: () => Promise<T>): () => Promise<T> {
  let known: { readonly identity: string; readonly value: T } | null = null;
  return async () => {
    const identity = await identityOf(path);
    if (known === null || identity === '' || identity !== known.identity) {
      known = { identity, value: await read() };
    }
    return known.value;
  };
}

/** Changes whenever the file or its content does; empty while there is no such file. */
export async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return '';
  }
}
