import { isOptionName, type OptionName } from '../config/options.ts';
import type { ResolvedSettings } from '../config/settings.ts';
import { SettingsError, UsageError } from '../core/errors.ts';
import type { RawSettings } from '../core/ports.ts';
import type { Agent } from '../tasks/agent.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { givenSettings } from './given-settings.ts';
import { requirePlatform, settableNames } from './platform-options.ts';
import { shownSettings, type ShownSetting } from './shown-settings.ts';

/** `tsadmin config` */
export const configCommand: Command = {
  name: 'config',
  usage: 'config get [NAME ...] | config set NAME=VALUE ...',
  summary: 'read or change settings of the device',
  details: [
    'get prints NAME=VALUE lines, or the bare value when one name is given. Secrets are printed as (hidden).',
    'set changes local settings; all are checked together and stored at once. NAMEs are those of the options of add. An empty VALUE takes a setting back to its default. A setting that the portal sends wins over the local one.',
  ],
  options: {},
  positionals: { min: 1, max: 100 },
  run: (context, _values, [action, ...words]) => {
    if (action === 'get') return get(context, words);
    if (action === 'set' && words.length > 0) return set(context, words);
    throw new UsageError('config: say what to get or what to set', {
      remedy: `Usage: tsadmin ${configCommand.usage}`,
    });
  },
};

function get(context: CommandContext, words: readonly string[]): Promise<number> {
  const names = words.map((word) => knownName(context, word));
  return context.withAgent(async (agent) => {
    const shown = shownSettings(await settingsOf(agent), context.platform).filter(
      ({ name }) => names.length === 0 || names.includes(name),
    );
    for (const line of settingLines(shown, names.length === 1)) context.print(line);
    context.printJson({
      settings: Object.fromEntries(shown.map(({ name, json }) => [name, json])),
    });
    return 0;
  });
}

function settingLines(shown: readonly ShownSetting[], bare: boolean): readonly string[] {
  return shown.map(({ name, raw }) => (bare ? raw : `${name}=${raw}`));
}

async function set(context: CommandContext, words: readonly string[]): Promise<number> {
  const pairs = Object.entries(pairsOf(context, words));
  // An empty text takes the setting back; it is no value to be checked.
  const changes = {
    ...Object.fromEntries(pairs.filter(([, text]) => text === '')),
    ...(await givenSettings(context, Object.fromEntries(pairs.filter(([, text]) => text !== '')))),
  };
  return context.withAgent(async (agent) => {
    const run = await agent.configure(context.actor, changes);
    const overruled = overruledNames(await settingsOf(agent), changes);
    context.print(run.message);
    for (const name of overruled) {
      context.print(`${name}: the portal sends this setting; its value is the one in use.`);
    }
    context.printJson({ run, overruled });
    return 0;
  });
}

function pairsOf(context: CommandContext, words: readonly string[]): Record<string, string> {
  const pairs = words.map((word): [OptionName, string] => {
    const cut = word.indexOf('=');
    if (cut < 1) throw new UsageError('config set: write NAME=VALUE');
    const name = knownName(context, word.slice(0, cut));
    if (name === 'enabled') {
      throw new UsageError('config set: enabled is not set this way', {
        remedy: 'Use tsadmin enable or tsadmin disable.',
      });
    }
    if (settableNames.includes(name)) return [name, word.slice(cut + 1)];
    throw new UsageError(`config set: ${name} is set by the portal only`);
  });
  return Object.fromEntries(pairs);
}

/** The name of an option of this platform. @throws UsageError */
function knownName(context: CommandContext, word: string): OptionName {
  if (!isOptionName(word)) {
    throw new UsageError(`config: there is no setting ${JSON.stringify(word.slice(0, 40))}`, {
      remedy: 'tsadmin config get lists all of them.',
    });
  }
  requirePlatform(context.platform, word);
  return word;
}

function overruledNames(settings: ResolvedSettings, changes: RawSettings): readonly string[] {
  return Object.keys(changes).filter(
    (name) => isOptionName(name) && settings.origins[name] === 'portal',
  );
}

/** @throws SettingsError when the device is not set up */
async function settingsOf(agent: Agent): Promise<ResolvedSettings> {
  const settings = await agent.settings();
  if (settings !== null) return settings;
  throw new SettingsError('config: the device is not set up', {
    remedy: 'Set it up with tsadmin add.',
  });
}
