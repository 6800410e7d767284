import type { Protection } from '../tasks/agent.ts';
import type { Command } from './command.ts';
import { columns, type Colour } from './output.ts';
import { statusJson, statusRows } from './status-report.ts';
import { printProblems } from './update-report.ts';

const COLOURS: Readonly<Record<Protection['state'], Colour>> = {
  protected: 'green',
  'dry-run': 'yellow',
  disabled: 'yellow',
  'not-set-up': 'yellow',
  'not-protecting': 'red',
};

/** `tsadmin status` */
export const statusCommand: Command = {
  name: 'status',
  usage: 'status',
  summary: 'show on one screen whether the device protects',
  details: [
    'Shows protection, lists, tables, last and next run, portal, hits and open problems. Needs no network.',
    'The exit code is 1 when the device is meant to protect and does not; else 0, also when it is disabled or not set up.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const status = await agent.status();
      const { protection, problems } = status;
      context.print(protection.sentence, COLOURS[protection.state]);
      if (protection.remedy !== '') context.print(protection.remedy);
      context.print();
      for (const line of columns(statusRows(status))) context.print(line);
      if (problems.length > 0) context.print();
      printProblems(context, problems);
      context.printJson(statusJson(status));
      return protection.state === 'not-protecting' ? 1 : 0;
    }),
};
