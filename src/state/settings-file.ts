import { SettingsError, messageOf } from '../core/errors.ts';
import type { SettingsStore } from '../core/ports.ts';
import { formatSettingsText, parseSettingsText } from '../core/settings-text.ts';
import { removeFile, writeFileAtomic } from '../system/atomic-file.ts';
import { readTextOrNull } from '../system/read-text.ts';

/** Settings in a file of `name="value"` lines, mode 0600 because it holds the device key. */
export function createSettingsFile(path: string): SettingsStore {
  return {
    place: path,
    async read() {
      const text = await readText(path);
      return text === null ? null : parseSettingsText(text, path);
    },
    write: (settings) => writeFileAtomic(path, formatSettingsText(settings), 0o600),
    clear: () => removeFile(path),
  };
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readTextOrNull(path);
  } catch (cause) {
    throw new SettingsError(messageOf(cause), { cause });
  }
}
