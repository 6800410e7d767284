import type { Command } from './command.ts';
import { columns } from './output.ts';
import { shownSettings } from './shown-settings.ts';

/** `tsadmin show` */
export const showCommand: Command = {
  name: 'show',
  usage: 'show',
  summary: 'show the settings and where each comes from',
  details: [
    'The origin is portal (web automation), local (set on this device) or default. Secrets are not shown.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const settings = await agent.settings();
      if (settings === null) {
        context.print('The device is not set up. Set it up with tsadmin add.');
        context.printJson({ set_up: false, settings: {} });
        return 0;
      }
      const shown = shownSettings(settings, context.platform);
      const rows = shown.map(({ name, text, origin }) => [name, text, origin]);
      for (const line of columns([['SETTING', 'VALUE', 'ORIGIN'], ...rows])) context.print(line);
      context.printJson({
        set_up: true,
        settings: Object.fromEntries(shown.map(({ name, json }) => [name, json])),
      });
      return 0;
    }),
};
