import { SettingsError, messageOf } from '../core/errors.ts';
import type { SettingsStore } from '../core/ports.ts';
import { formatSettingsText, parseSettingsText } from '../core/settings-text.ts';
import { removeFile, writeFileAtomic } from '../system/atomic-file.ts';
import { readTextOrNull } from '../system/read-text.ts';

/** The first line of settings that are left behind: the device is not set up any more. */
const LEFT =
  '# ThreatSTOP was removed from this device. These were its settings; "tsadmin add" sets it up anew.\n';

/**
 * Settings in a file of `name="value"` lines, mode 0600 because it holds the device key.
 * @param onClear `remove` the file, or `leave` it for a later installation, as documented for Linux
 */
export function createSettingsFile(
  path: string,
  onClear: 'remove' | 'leave' = 'remove',
): SettingsStore {
  const readStored = async (): Promise<string | null> => {
    const text = await readSettingsText(path);
    return text === null || text.startsWith(LEFT) ? null : text;
  };
  return {
    place: path,
    async read() {
      const text = await readStored();
      return text === null ? null : parseSettingsText(text, path);
    },
    write: (settings) => writeFileAtomic(path, formatSettingsText(settings), 0o600),
    async clear() {
      if (onClear === 'remove') return removeFile(path);
      const text = await readStored();
      if (text !== null) await writeFileAtomic(path, `${LEFT}${text}`, 0o600);
    },
  };
}

/** The text of a settings file; null where there is none. @throws SettingsError */
export async function readSettingsText(path: string): Promise<string | null> {
  try {
    return await readTextOrNull(path);
  } catch (cause) {
    throw new SettingsError(messageOf(cause), { cause });
  }
}
