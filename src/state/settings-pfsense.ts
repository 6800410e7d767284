import { SettingsError } from '../core/errors.ts';
import type { RawSettings, SettingsStore } from '../core/ports.ts';
import { rememberWhileUnchanged } from '../system/file-memo.ts';
import type { AskPfsense, PfsenseVerb } from '../system/pfsense-command.ts';

/**
 * Settings in pfSense's config.xml, so that backup and restore carry them. pfSense is asked only when the file changed
 * since the last time: starting its PHP costs some hundred milliseconds.
 * @param configFile the config.xml
 */
export function createPfsenseSettings(ask: AskPfsense, configFile: string): SettingsStore {
  const place = `${configFile} (installedpackages/threatstop)`;
  const demand = async (verb: PfsenseVerb, input?: Readonly<Record<string, unknown>>) => {
    const answer = await ask(verb, input);
    if (answer.ok) return answer.result;
    throw new SettingsError(`settings in ${place}: ${answer.message}`, { remedy: answer.remedy });
  };
  const read = rememberWhileUnchanged(configFile, async () => {
    const { settings } = await demand('read-settings');
    return settings === null || settings === undefined ? null : textsOf(settings, place);
  });
  return {
    place,
    read,
    async write(settings) {
      await demand('write-settings', { settings });
    },
    async clear() {
      await demand('clear-settings');
    },
  };
}

function textsOf(settings: unknown, place: string): RawSettings {
  const entries = Object.entries(settings as Record<string, unknown>);
  for (const [name, value] of entries) {
    if (typeof value !== 'string')
      throw new SettingsError(`settings in ${place}: ${name} is no text`);
  }
  return Object.fromEntries(entries) as RawSettings;
}
