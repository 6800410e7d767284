/** pfctl(8) of the lab: that of the tests, and rulesets. pf is a file. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { freshPf, runPfctl, type PfState } from '../support/fake-pfctl.ts';
import { loadRuleset, shownRules, shownTables } from './ruleset.ts';

const STATE = '/var/run/lab-pf.json';
/** Of each ruleset that was loaded: when (ms), and how many of its rules are ours. */
const HISTORY = '/tmp/rulesets.log';
const OURS = /\b17700001\d\d\b/;

const args = process.argv.slice(2);
const stored = existsSync(STATE) ? readFileSync(STATE, 'utf8') : '';
const state = stored === '' ? freshPf() : (JSON.parse(stored) as PfState);
const { stdout, stderr, exitCode } = answer();
const next = JSON.stringify(state);
if (next !== stored) writeFileSync(STATE, next);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;

function answer() {
  const file = args[args.findIndex((arg) => /^-[a-zA-Z]*f$/.test(arg)) + 1];
  if (file !== undefined && !args.includes('-T') && args.some((arg) => /^-[a-zA-Z]*f$/.test(arg))) {
    return load(file);
  }
  if (args[0] === '-sT') return { stdout: shownTables(state), stderr: '', exitCode: 0 };
  if (args[0] === '-sr' || args[0] === '-vvsr') {
    return { stdout: shownRules(state, args[0] === '-vvsr'), stderr: '', exitCode: 0 };
  }
  const output = runPfctl(state, args);
  // pfSense asks for more than the tests of the agent do.
  const unknown = output.stderr.includes('unknown') && output.exitCode === 1;
  return unknown ? { stdout: '', stderr: '', exitCode: 0 } : output;
}

function load(file: string) {
  const dry = args.some((arg) => /^-\w*n/.test(arg));
  const output = loadRuleset(state, file, { dry });
  if (output.exitCode === 0 && !dry) note();
  return output;
}

function note(): void {
  const ours = state.rules.filter((rule) => OURS.test(rule)).length;
  appendFileSync(HISTORY, `${Date.now()} ${ours}\n`);
}
