import { statSync } from 'node:fs';

/**
 * Remembers what was read while a file stays the same file with the same content (device, inode, size, times); reads
 * anew each time while there is no such file.
 */
export function rememberWhileUnchanged<T>(path: string, read: () => Promise<T>): () => Promise<T> {
  let known: { readonly identity: string; readonly value: T } | null = null;
  return async () => {
    const identity = identityOf(path);
    if (known === null || identity === '' || identity !== known.identity) {
      known = { identity, value: await read() };
    }
    return known.value;
  };
}

/** Changes whenever the file or its content does; empty while there is no such file. */
export function identityOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return '';
  }
}
