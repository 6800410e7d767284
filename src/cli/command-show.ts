import type { Exemption } from '../core/ports.ts';
import type { Command } from './command.ts';
import { columns, localTime } from './output.ts';
import { shownSettings } from './shown-settings.ts';

/** `tsadmin show` */
export const showCommand: Command = {
  name: 'show',
  usage: 'show',
  summary: 'show the settings and where each comes from, and the exemptions',
  details: [
    'The origin is portal (web automation), local (set on this device) or default. Secrets are not shown.',
  ],
  options: {},
  run: (context) =>
    context.withSettings(async (reader) => {
      const settings = await reader.settings();
      if (settings === null) {
        context.print('The device is not set up. Set it up with tsadmin add.');
        context.printJson({ set_up: false, settings: {} });
        return 0;
      }
      const shown = shownSettings(settings, context.platform);
      const rows = shown.map(({ name, text, origin }) => [name, text, origin]);
      const exemptions = await reader.exemptions();
      for (const line of columns([['SETTING', 'VALUE', 'ORIGIN'], ...rows])) context.print(line);
      for (const line of exemptionLines(exemptions)) context.print(line);
      context.printJson({
        set_up: true,
        settings: Object.fromEntries(shown.map(({ name, json }) => [name, json])),
        exemptions,
      });
      return 0;
    }),
};

/** What is allowed and blocked here beside the lists, below the settings; nothing where there is none. */
function exemptionLines(exemptions: readonly Exemption[]): readonly string[] {
  if (exemptions.length === 0) return [];
  const rows = exemptions.map(({ action, prefix, until, actor }) => [
    ...[action, prefix, until === null ? 'for good' : `until ${localTime(until)}`, actor],
  ]);
  return ['', ...columns([['EXEMPTION', 'ADDRESS', 'HOW LONG', 'BY'], ...rows])];
}
