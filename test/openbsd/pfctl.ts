/** pfctl(8) of an OpenBSD in a test: that of the other tests, with pf in a file (`FAKE_PF`). */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { freshPf, runPfctl, type PfState } from '../support/fake-pfctl.ts';

const file = process.env['FAKE_PF'] ?? '';
const args = process.argv.slice(2);
const state = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as PfState)
  : { ...freshPf(), tableEntries: 200_000, enabled: false };
const answer = args[0] === '-e' ? enable() : runPfctl(state, args);
writeFileSync(file, JSON.stringify(state));
process.stdout.write(answer.stdout);
process.stderr.write(answer.stderr);
process.exitCode = answer.exitCode;

function enable() {
  if (state.enabled) return { stdout: '', stderr: 'pfctl: pf already enabled\n', exitCode: 1 };
  state.enabled = true;
  return { stdout: '', stderr: 'pf enabled\n', exitCode: 0 };
}
