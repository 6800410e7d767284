/**
 * pfctl(8) for tests: tables, rules, states and limits as the kernel keeps them. A replace is atomic, one over the limit
 * fails with the kernel's words, host names are refused. Commands it does not know fail, so that a test notices.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { CommandOutput } from '../../src/system/run-command.ts';
import { formatPrefix, parsePrefix } from '../../src/core/prefix-text.ts';
import { loadPfConf } from './fake-pf-conf.ts';

/** What pf holds; plain JSON, so that a program can keep it between two calls. */
export interface PfState {
  tables: Record<string, string[]>;
  /** Loaded rules, as `pfctl -sr` shows them. */
  rules: string[];
  /** States, as `pfctl -ss` shows them. */
  states: string[];
  tableEntries: number;
  /** Whether pf filters (`pfctl -e`). */
  enabled: boolean;
  requestMaxCount: number;
}

/** pf after boot. */
export function freshPf(): PfState {
  return {
    tables: {},
    rules: [],
    states: [],
    tableEntries: 400_000,
    requestMaxCount: 400_000,
    enabled: true,
  };
}

const ok = (stdout = '', stderr = ''): CommandOutput => ({ stdout, stderr, exitCode: 0 });
const fail = (stderr: string, exitCode = 1): CommandOutput => ({ stdout: '', stderr, exitCode });
const NO_ROOM = 'pfctl: Cannot allocate memory.\n';

const shown: Readonly<Record<string, (state: PfState) => string>> = {
  '-sm': limits,
  '-sr': ({ rules }) => linesOf(rules),
  '-vvsr': ({ rules }) => linesOf(rules.map((rule, n) => `@${n} ${rule}`)),
  '-si': ({ enabled }) =>
    `Status: ${enabled ? 'Enabled' : 'Disabled'} for 0 days 00:12:33              Debug: err\n`,
  '-ss': ({ states }) => linesOf(states),
  '-vvsTables': ({ tables }) => Object.entries(tables).map(describeTable).join(''),
};

/** Runs `pfctl ARGS` on the state, which it changes. */
export function runPfctl(state: PfState, args: readonly string[]): CommandOutput {
  const words = args.filter((word) => word !== '-q');
  const option = (name: string): string => words[words.indexOf(name) + 1] ?? '';
  if (words.includes('-T')) return runTable(state, option('-t'), option('-T'), option('-f'));
  if (words[0] === '-f' || words[0] === '-nf') return loadPfConf(state, words[1] ?? '', words[0]);
  if (words[0] === '-k')
    return killStates(
      state,
      words.filter((word) => word !== '-k'),
    );
  const show = shown[words[0] ?? ''];
  if (show === undefined) return fail(`pfctl: unknown command in test: ${words.join(' ')}\n`);
  return ok(show(state));
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function limits({ tableEntries }: PfState): string {
  return `states        hard limit   402000
src-nodes     hard limit   402000
frags         hard limit     5000
table-entries hard limit ${String(tableEntries).padStart(8)}
`;
}

function describeTable([name, entries]: [string, string[]]): string {
  return `-pa-r--\t${name}
\tAddresses:   ${entries.length}
\tCleared:     Fri Nov 20 21:17:19 2026
\tReferences:  [ Anchors: 0                  Rules: 2                  ]
\tEvaluations: [ NoMatch: 0                  Match: 0                  ]
`;
}

function runTable(state: PfState, table: string, command: string, file: string): CommandOutput {
  const held = state.tables[table];
  if (command === 'replace') return replace(state, table, file);
  if (held === undefined) return fail('pfctl: Table does not exist.\n', 255);
  if (command === 'show') return ok(held.map((entry) => `   ${entry}\n`).join(''));
  if (command !== 'kill') return fail(`pfctl: unknown table command in test: ${command}\n`);
  const others = Object.entries(state.tables).filter(([name]) => name !== table);
  state.tables = Object.fromEntries(others);
  return ok('', '1 table deleted.\n');
}

function replace(state: PfState, table: string, file: string): CommandOutput {
  if (!existsSync(file)) return fail(`pfctl: ${file}: No such file or directory\n`);
  const entries = readEntries(readFileSync(file, 'utf8'));
  if (typeof entries === 'string') return fail(entries);
  if (entries.length > state.requestMaxCount) return fail('pfctl: Invalid argument.\n');
  if (entriesBeside(state, table) + entries.length > state.tableEntries) return fail(NO_ROOM);
  state.tables[table] = entries;
  return ok();
}

function entriesBeside(state: PfState, table: string): number {
  const others = Object.entries(state.tables).filter(([name]) => name !== table);
  return others.reduce((sum, [, entries]) => sum + entries.length, 0);
}

/** The entries of a table file, or what pfctl says to a host name. */
export function readEntries(text: string): string[] | string {
  const found = new Set<string>();
  for (const word of text.replaceAll(/[#;].*/g, '').split(/\s+/)) {
    if (word === '') continue;
    try {
      found.add(formatPrefix(parsePrefix(word)));
    } catch {
      return `no IP address found for ${word}\npfctl: cannot load "${word}"\n`;
    }
  }
  return [...found];
}

function killStates(state: PfState, [from, to]: readonly string[]): CommandOutput {
  const address = to ?? from ?? '';
  const arrow = to === undefined ? ['<-', '->'] : ['->', '<-'];
  const ends = (line: string): boolean => {
    const words = line
      .split(/\s+/)
      .map((word) => word.replace(/^\(|\)$|\[\d+\]$|(?<=\.\d+):\d+$/g, ''));
    const at = words.findIndex((word) => word === '->' || word === '<-');
    const isSource = words.slice(0, at).includes(address) === (words[at] === arrow[1]);
    return words.includes(address) && isSource;
  };
  const left = state.states.filter((line) => !ends(line));
  const killed = state.states.length - left.length;
  state.states = left;
  return ok(
    '',
    `killed ${killed} states from 1 sources and ${to === undefined ? 0 : 1} destinations\n`,
  );
}
