/** Rulesets of pfSense, as far as a package can spoil them: macros, files of tables, the number of entries. */
import { existsSync, readFileSync } from 'node:fs';
import type { CommandOutput } from '../../src/system/run-command.ts';
import { runPfctl, type PfState } from '../support/fake-pfctl.ts';

/** `pfctl -f FILE`: all of it, or nothing and the words of pfctl. @param dry `-n`: nothing is loaded */
export function loadRuleset(
  state: PfState,
  file: string,
  { dry }: { dry: boolean },
): CommandOutput {
  if (!existsSync(file)) return failed(`pfctl: ${file}: No such file or directory\n`);
  const next = structuredClone(state);
  const macros = new Set<string>();
  const rules: string[] = [];
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const fault = readLine(next, line.trim(), macros, rules);
    if (fault !== null) {
      return failed(
        `${file}:${index + 1}: ${fault}\npfctl: Syntax error in config file: pf rules not loaded\n`,
      );
    }
  }
  // The file that sets limits only has no rules.
  if (!dry) Object.assign(state, next, rules.length > 0 ? { rules } : {});
  return { stdout: '', stderr: '', exitCode: 0 };
}

/** `pfctl -sr`; up to 2.5 trackers are shown with -vv only. */
export function shownRules({ rules }: PfState, verbose: boolean): string {
  const lines = rules.map((rule, index) => {
    const tracker = /\stracker (\d+)/.exec(rule)?.[1];
    const plain = rule.replace(/\stracker \d+/, '');
    return verbose ? `@${index}${tracker === undefined ? '' : `(${tracker})`} ${plain}` : plain;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** `pfctl -sT`. */
export function shownTables({ tables }: PfState): string {
  return Object.keys(tables)
    .sort()
    .map((name) => `${name}\n`)
    .join('');
}

/** Takes one line in. Returns what is wrong with it, or null. */
function readLine(
  state: PfState,
  line: string,
  macros: Set<string>,
  rules: string[],
): string | null {
  const macro = /^([A-Za-z0-9_]+)\s*=\s*"/.exec(line)?.[1];
  if (macro !== undefined) {
    macros.add(macro);
    return null;
  }
  takeLimit(state, line);
  if (line.startsWith('#')) return null;
  const missing = missingMacro(line, macros);
  if (missing !== undefined) return `macro '${missing}' not defined`;
  const [, table, file] = /^table <([^>]+)>.*file "([^"]+)"/.exec(line) ?? [];
  if (table !== undefined && file !== undefined) return defineTable(state, table, file);
  if (/^(block|pass)\s/.test(line)) rules.push(line.replace(/\$(ThreatSTOP_\w+)/g, '<$1>'));
  return null;
}

function takeLimit(state: PfState, line: string): void {
  const limit = /^set limit table-entries (\d+)/.exec(line)?.[1];
  if (limit !== undefined) state.tableEntries = Number(limit);
}

function missingMacro(line: string, macros: ReadonlySet<string>): string | undefined {
  const used = [...line.matchAll(/\$([A-Za-z0-9_]+)/g)].map(([, name = '']) => name);
  return used.find((name) => !macros.has(name));
}

function defineTable(state: PfState, table: string, file: string): string | null {
  if (!existsSync(file)) return `cannot load "${file}": No such file or directory`;
  const { stderr, exitCode } = runPfctl(state, ['-t', table, '-T', 'replace', '-f', file]);
  if (exitCode === 0) return null;
  return `cannot define table ${table}: ${stderr.replace(/^pfctl: |\.?\n$/g, '')}`;
}

function failed(stderr: string): CommandOutput {
  return { stdout: '', stderr, exitCode: 1 };
}
