import { numberOf, TEXT, withStore, type PortalCommand } from './command.ts';
import { JSON_OPTION, columns, printResult, timeText } from './output.ts';

const DEFAULT_LINES = 50;

const audit: PortalCommand = {
  words: ['audit'],
  operands: [],
  options: { ...JSON_OPTION, lines: TEXT },
  usage: '[--lines N] [--json]',
  about: ['Shows who changed what, newest first.'],
  run: (context, values) =>
    withStore(values, (store) => {
      const entries = store.audit.latest(numberOf(values, 'lines') ?? DEFAULT_LINES);
      printResult(context, values, entries, (all) =>
        columns(
          all.map(({ time, actor, action, target, details }) => [
            timeText(time),
            actor,
            action,
            target,
            details,
          ]),
        ),
      );
    }),
};

const problems: PortalCommand = {
  words: ['problems'],
  operands: [],
  options: JSON_OPTION,
  usage: '[--json]',
  about: ['Shows what is not as it should be: feeds, policies, secondaries.'],
  run: (context, values) =>
    withStore(values, (store) => {
      printResult(context, values, store.problems.all(), (all) =>
        all.length === 0
          ? 'No problems.'
          : all
              .map(({ since, severity, message, remedy }) =>
                `${timeText(since)}  ${severity}  ${message} ${remedy}`.trimEnd(),
              )
              .join('\n'),
      );
    }),
};

/** `ts-portal audit`, `ts-portal problems`. */
export const LOG_COMMANDS: readonly PortalCommand[] = [audit, problems];
