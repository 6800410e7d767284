import { writeFileAtomic } from '../system/atomic-file.ts';
import { readTextOrNull } from '../system/read-text.ts';

/** The hash of the page's password in a file that only its owner may read. @throws HostError */
export function createPasswordFile(path: string): {
  load(): Promise<string | null>;
  save(hash: string): Promise<void>;
} {
  return {
    load: () => readTextOrNull(path),
    save: (hash) => writeFileAtomic(path, `${hash}\n`, 0o600),
  };
}
