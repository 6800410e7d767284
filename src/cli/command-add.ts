import { isOptionName, options } from '../config/options.ts';
import type { RawSettings } from '../core/ports.ts';
import type { AddResult, Protection } from '../tasks/agent.ts';
import { settingsToAdd } from './add-settings.ts';
import type { Command, CommandValues } from './command.ts';
import { confirm } from './confirm.ts';
import type { CommandContext } from './context.ts';
import { givenSettings, settingOptions } from './given-settings.ts';
import { columns } from './output.ts';
import { banner } from './product.ts';
import { printUpdate } from './update-report.ts';

/** `tsadmin add` */
export const addCommand: Command = {
  name: 'add',
  usage: 'add [--type=auto] [--device_id=ID] [--OPTION=VALUE ...]',
  summary: 'set the device up and read the first policy',
  details: [
    'With --type=auto (web automation) only device_id and auto_key are needed: the portal sends the rest. Otherwise the settings are asked for on a terminal, with the given ones and those of the device as defaults; "-" empties one. Without a terminal nothing is asked, and exactly the given settings count.',
    'A device that was not enabled stays disabled; see enable. A new policy can take up to an hour until the policy service has it; it is then read by the service.',
    'tsprefix, logopts, logopts_direction and load_br_netfilter exist on Linux only.',
  ],
  options: {
    ...settingOptions(),
    advanced: { type: 'boolean', description: 'Ask the advanced questions too.' },
    silent: { type: 'boolean', description: 'Accept everything and print nothing but errors.' },
    skip_checkpolicy: {
      type: 'boolean',
      description: 'Do not check that the policy exists and can be reached.',
    },
    skip_checkvalidip: {
      type: 'boolean',
      description: 'Do not check that the public address of the device is registered.',
    },
    take_defaults: {
      type: 'boolean',
      description: 'Accept everything after a countdown of five seconds.',
    },
  },
  run: async (context, values) => {
    const given = await givenSettings(context, values);
    const manner = mannerOf(context, values);
    if (manner !== 'silent') context.print(banner(context.product, 'add', context.clock.now()));
    const settings = await settingsToAdd(context, given, {
      ask: manner === 'ask',
      advanced: values['advanced'] === true,
    });
    if (!(await accepted(context, settings, manner))) return 1;
    return install(context, settings, values);
  },
};

/** How the settings are accepted. */
type Manner = 'ask' | 'countdown' | 'accept' | 'silent';

function mannerOf(context: CommandContext, values: CommandValues): Manner {
  if (values['silent'] === true || context.json) return 'silent';
  if (values['take_defaults'] === true) return 'countdown';
  return context.interactive ? 'ask' : 'accept';
}

async function accepted(
  context: CommandContext,
  settings: RawSettings,
  manner: Manner,
): Promise<boolean> {
  if (manner === 'silent') return true;
  printSettings(context, settings);
  if (manner === 'countdown') await countDown(context);
  if (manner !== 'ask' || (await confirm(context, 'CONFIRM THREATSTOP INSTALL'))) return true;
  context.print('Nothing was installed.');
  return false;
}

function printSettings(context: CommandContext, settings: RawSettings): void {
  const rows = Object.entries(settings).map(([name, text]) => [
    name,
    isOptionName(name) && options[name].secret ? '(hidden)' : text,
  ]);
  context.print();
  for (const line of columns(rows, 2)) context.print(line);
  context.print();
}

const COUNTDOWN_SECONDS = 5;

async function countDown(context: CommandContext): Promise<void> {
  context.stdout.write('CONFIRM THREATSTOP INSTALL: yes (Ctrl-C stops it)');
  for (let seconds = COUNTDOWN_SECONDS; seconds > 0; seconds--) {
    context.stdout.write(` ${seconds}`);
    await context.clock.sleep(1000);
  }
  context.stdout.write('\n');
}

function install(
  context: CommandContext,
  settings: RawSettings,
  values: CommandValues,
): Promise<number> {
  return context.withAgent(async (agent) => {
    const result = await agent.add(context.actor, settings, {
      checkValidIp: values['skip_checkvalidip'] !== true,
      checkPolicy: values['skip_checkpolicy'] !== true,
    });
    const { protection } = await agent.status();
    if (values['silent'] !== true) printResult(context, result, protection);
    context.printJson({ ...result, protection });
    return result.run.outcome === 'failed' ? 1 : 0;
  });
}

function printResult(context: CommandContext, result: AddResult, protection: Protection): void {
  if (result.update !== null) printUpdate(context, result.update, false);
  for (const note of result.notes) context.print(note);
  context.print(result.run.message);
  context.print(protection.sentence);
  if (protection.remedy !== '') context.print(protection.remedy);
}
