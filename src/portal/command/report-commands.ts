import { hitsDatabaseOf, openHits } from '../hits/open-hits.ts';
import type { ReportFilter, ReportKind } from '../hits/hit-store.ts';
import { hitsCsv, namesCsv, spansCsv } from '../reports/csv.ts';
import { filterOf, type ReportQuestion } from '../reports/question.ts';
import {
  hitsOverTime,
  labelOf,
  topNames,
  type ReportPorts,
  type SpanCount,
} from '../reports/report.ts';
import {
  FLAG,
  TEXT,
  numberOf,
  stateOf,
  textOf,
  usageError,
  withStore,
  type OptionValues,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { JSON_OPTION, columns, printResult, timeText } from './output.ts';

const FILTER = {
  ...{ device: TEXT, policy: TEXT, address: TEXT, direction: TEXT, port: TEXT },
  ...{ from: TEXT, to: TEXT, days: TEXT },
};
const FILTER_USAGE =
  '[--device D] [--policy P] [--address A] [--direction in|out] [--port N] [--days N | --from T --to T]';
const DEFAULT_NAMES = 20;
const DEFAULT_HITS = 50;

const KINDS: ReadonlyMap<string, ReportKind> = new Map([
  ['addresses', 'remote'],
  ['ports', 'port'],
  ['devices', 'device'],
  ['hosts', 'inside'],
]);

const time: PortalCommand = {
  words: ['report', 'time'],
  operands: [],
  options: { ...FILTER, ...JSON_OPTION, csv: FLAG, by: TEXT },
  usage: `[--by hour|day] ${FILTER_USAGE} [--csv | --json]`,
  about: ['Shows how many hits there were, by hour or day (UTC). Default: the last 7 days.'],
  run: (context, values) =>
    withReports(context, values, async ({ hits }, filter) => {
      const spans = await hitsOverTime(hits, filter, stepOf(values));
      if (values['csv'] === true) for (const line of spansCsv(spans)) context.print(line);
      else printResult(context, values, spans, spansText);
    }),
};

const topList: PortalCommand = {
  words: ['report', 'top'],
  operands: ['KIND'],
  options: { ...FILTER, ...JSON_OPTION, csv: FLAG, lines: TEXT },
  usage: `${FILTER_USAGE} [--lines N] [--csv | --json]`,
  about: [
    'Shows what was blocked most. KIND: addresses, ports, devices, or hosts: inside hosts that tried to reach a blocked',
    'address, which is where to look for an infected machine. Whole days, unless an address, port or direction is given.',
  ],
  run: (context, values, [word = '']) =>
    withReports(context, values, async (ports, filter) => {
      const kind = KINDS.get(word);
      if (kind === undefined) throw usageError(`KIND is one of ${[...KINDS.keys()].join(', ')}`);
      const names = await topNames(ports, kind, filter, numberOf(values, 'lines') ?? DEFAULT_NAMES);
      if (values['csv'] === true) for (const line of namesCsv(names)) context.print(line);
      else {
        printResult(context, values, names, (all) =>
          all.length === 0
            ? 'Nothing was blocked.'
            : columns(all.map(({ label, hits }) => [String(hits).padStart(9), label])),
        );
      }
    }),
};

const hitList: PortalCommand = {
  words: ['report', 'hits'],
  operands: [],
  options: { ...FILTER, ...JSON_OPTION, csv: FLAG, lines: TEXT },
  usage: `${FILTER_USAGE} [--lines N] [--csv | --json]`,
  about: ['Shows the newest hits; with --csv all of them.'],
  run: (context, values) =>
    withReports(context, values, async (ports, filter) => {
      if (values['csv'] === true) {
        for await (const piece of hitsCsv(ports, filter)) context.print(piece);
        return;
      }
      const found = await ports.hits.find(filter, null, numberOf(values, 'lines') ?? DEFAULT_HITS);
      printResult(context, values, found, (all) =>
        columns(
          all.map((hit) => [
            ...[timeText(hit.time), labelOf(ports.store, hit.device), hit.direction, hit.action],
            ...[hit.remote, hit.inside, `${hit.port ?? ''}/${hit.protocol}`, hit.interface],
          ]),
        ),
      );
    }),
};

const again: PortalCommand = {
  words: ['report', 'rebuild'],
  operands: [],
  options: {},
  about: [
    'Has all batches that are still on disk read into the database of hits again, for a new or an emptied database. What',
    'is there already is not counted twice.',
  ],
  run: (context, values) =>
    withStore(values, (store) => {
      context.print(`${store.batchStates.again()} batches wait; a portal that runs reads them.\n`);
    }),
};

function stepOf(values: OptionValues): 'hour' | 'day' {
  const by = textOf(values, 'by') ?? 'day';
  if (by === 'hour' || by === 'day') return by;
  throw usageError('--by is hour or day');
}

function spansText(spans: readonly SpanCount[]): string {
  if (spans.length === 0) return 'No hits.';
  const head = ['time (UTC)', 'blocked in', 'blocked out', 'passed in', 'passed out'];
  const rows = spans.map(({ time: at, blockedIn, blockedOut, passedIn, passedOut }) => [
    timeText(at),
    ...[blockedIn, blockedOut, passedIn, passedOut].map(String),
  ]);
  const widths = head.map((title) => title.length);
  return columns(
    [head, ...rows].map((row) => row.map((cell, at) => cell.padStart(at && (widths[at] ?? 0)))),
  );
}

/** Opens the databases for one report; a portal may run on them. */
function withReports(
  context: PortalCommandContext,
  values: OptionValues,
  work: (ports: ReportPorts, filter: ReportFilter) => Promise<void>,
): Promise<void> {
  return withStore(values, async (store) => {
    const filter = filterOf(store, questionOf(values), context.clock.now());
    const hits = openHits(hitsDatabaseOf(store, stateOf(values)));
    try {
      await work({ store, hits }, filter);
    } finally {
      await hits.close();
    }
  });
}

function questionOf(values: OptionValues): ReportQuestion {
  return Object.fromEntries(
    Object.keys(FILTER).flatMap((name) => {
      const text = textOf(values, name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/** `ts-portal report …`. */
export const REPORT_COMMANDS: readonly PortalCommand[] = [time, topList, hitList, again];
