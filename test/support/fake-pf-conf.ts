/**
 * pf.conf(5) for tests, as far as rules files of tests go: `pfctl -f` of OpenBSD is one transaction, but for `set limit`,
 * which is in force when it was read. Messages are those of pfctl.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { CommandOutput } from '../../src/system/run-command.ts';
import { readEntries, type PfState } from './fake-pfctl.ts';

const STATEMENT = /^(?:pass|block|match|set|anchor|antispoof|queue|include|\w+ *=)/;
const TABLE = /^table <([^>]+)>((?: (?:persist|const|counters))*)(?: file "([^"]+)")?(?: \{.*\})?$/;

/** Runs `pfctl -f FILE`, or `-nf FILE`, which changes nothing. */
export function loadPfConf(state: PfState, file: string, mode: '-f' | '-nf'): CommandOutput {
  if (!existsSync(file)) return failed(`pfctl: ${file}: No such file or directory\n`);
  const next = { rules: [] as string[], tables: new Map<string, string[]>() };
  const reason = readFile(state, file, mode, next);
  if (reason !== null) {
    const rest = mode === '-f' ? 'pfctl: Syntax error in config file: pf rules not loaded\n' : '';
    return failed(`${reason}\n${rest}`);
  }
  if (mode === '-f') {
    state.rules = next.rules;
    for (const [name, entries] of next.tables) state.tables[name] = entries;
  }
  return { stdout: '', stderr: '', exitCode: 0 };
}

/** Null, or the place and what is wrong there. */
function readFile(state: PfState, file: string, mode: string, next: Next): string | null {
  for (const [index, raw] of readFileSync(file, 'utf8').split('\n').entries()) {
    const line = raw.replace(/#.*/, '').trim();
    const included = /^include "([^"]+)"$/.exec(line)?.[1];
    if (included !== undefined) {
      const reason = readFile(state, included, mode, next);
      if (reason !== null) return reason;
      continue;
    }
    const reason = line === '' ? null : readStatement(state, line, mode, next);
    if (reason !== null) return `${file}:${index + 1}: ${reason}`;
  }
  return null;
}

interface Next {
  readonly rules: string[];
  readonly tables: Map<string, string[]>;
}

/** Null, or why pfctl does not take it. */
function readStatement(state: PfState, line: string, mode: string, next: Next): string | null {
  if (line.startsWith('table')) return readTable(state, line, mode, next);
  if (!STATEMENT.test(line)) return 'syntax error';
  const limit = /^set limit (?:\{ *)?table-entries (\d+)/.exec(line)?.[1];
  if (limit !== undefined && mode === '-f') state.tableEntries = Number(limit);
  if (/^(?:pass|block|match)/.test(line)) next.rules.push(shownRule(line));
  return null;
}

function readTable(state: PfState, line: string, mode: string, next: Next): string | null {
  const [, name, , file] = TABLE.exec(line) ?? [];
  if (name === undefined) return 'syntax error';
  if (file === undefined) {
    next.tables.set(name, state.tables[name] ?? []);
    return null;
  }
  if (!existsSync(file)) return `cannot load "${file}": No such file or directory`;
  const entries = readEntries(readFileSync(file, 'utf8'));
  if (typeof entries === 'string') return `file "${file}" contains bad data`;
  next.tables.set(name, entries);
  const held = [...Object.values(state.tables), ...next.tables.values()];
  const needed = held.reduce((sum, one) => sum + one.length, 0);
  if (mode === '-nf' || needed <= state.tableEntries) return null;
  return `cannot define table ${name}: Cannot allocate memory`;
}

/** The rule as `pfctl -sr` shows it. */
function shownRule(line: string): string {
  const ends = /\b(?:from|to|all)\b/.test(line) ? line : `${line} all`;
  const whole = ends
    .replace(/(from \S+)(?! to)$/, '$1 to any')
    .replace(/(?<!from \S+ )\bto (\S+)/, 'from any to $1');
  return whole.startsWith('pass') ? `${whole} flags S/SA` : whole;
}

function failed(stderr: string): CommandOutput {
  return { stdout: '', stderr, exitCode: 1 };
}
